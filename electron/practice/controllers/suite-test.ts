import type { Program } from './container-programs';

const cases: Readonly<Record<string, readonly string[]>> = {
  'functional-tests': [
    'test_seeded_user.py::test_can_sign_in',
    'test_seeded_user.py::test_send_email_and_check_it_arrived',
    'test_seeded_user.py::test_send_sms_and_check_it_arrived',
    'test_one_off.py::test_user_can_send_letter_as_pdf',
    'test_templates.py::test_template_can_be_edited',
    'test_api_key.py::test_service_callback_is_called',
    'test_documents.py::test_document_can_be_downloaded',
    'test_inbound.py::test_inbound_message_is_shown',
    'test_broadcast.py::test_prepare_and_cancel',
    'test_admin.py::test_organisation_can_be_made',
  ],
  'smoke-tests': [
    'test_smoke.py::test_status_pages_answer',
    'test_smoke.py::test_can_sign_in',
    'test_smoke.py::test_email_is_delivered',
    'test_smoke.py::test_sms_is_delivered',
    'test_smoke.py::test_document_is_scanned_and_served',
  ],
  'provider-tests': [
    'test_provider_delivery.py::test_email_by_first_provider',
    'test_provider_delivery.py::test_sms_by_first_provider',
    'test_provider_delivery.py::test_sms_by_second_provider',
    'test_provider_delivery.py::test_letter_is_printed',
  ],
};

/**
 * A test suite of a whole environment: some ten to twenty seconds, with the log of pytest.
 * @returns a program that ends with 0, or with 1 and the failure's report.
 */
export function suiteTest(options: {
  suite: string;
  environment: string;
  /** Asked once, when the suite comes to the case that may fail. */
  outcome: () => 'pass' | 'fail';
}): Program {
  return async ({ log, wait }) => {
    const { suite, environment } = options;
    const all = cases[suite] ?? [`test_${suite.replaceAll('-', '_')}.py::test_it`];
    const seconds = 6 + all.length;
    log('============================= test session starts ==============================');
    log('platform linux -- Python 3.13.5, pytest-8.4.1, pluggy-1.6.0');
    log(`rootdir: /var/project, environment: ${environment}`);
    log(`collected ${all.length} items`);
    log('');
    const turn = Math.max(0, all.length - 3);
    let failed = false;
    for (const [i, name] of all.entries()) {
      await wait(seconds / all.length);
      if (i === turn) failed = options.outcome() === 'fail';
      const mark = failed && i === turn ? '\u001b[31mFAILED\u001b[39m' : '\u001b[32mPASSED\u001b[39m';
      const percent = Math.round(((i + 1) * 100) / all.length);
      log(`tests/${suite}/${name} ${mark} [${String(percent).padStart(3)}%]`);
    }
    log('');
    if (!failed) {
      log(
        `\u001b[32m============================== ${all.length} passed in ${seconds}.04s ==============================\u001b[39m`,
      );
      return 0;
    }
    for (const text of [
      '=================================== FAILURES ===================================',
      `_________________________ ${all[turn]?.split('::')[1] ?? ''} _________________________`,
      '',
      '    def poll_until_delivered(notification_id):',
      '>       raise RetryException("notification is still \'created\' after 120 seconds")',
      "E       tests.test_utils.RetryException: notification is still 'created' after 120 seconds",
      '',
      'tests/test_utils.py:117: RetryException',
      '=========================== short test summary info ============================',
      `\u001b[31mFAILED\u001b[39m tests/${suite}/${all[turn] ?? ''} - RetryException`,
      `\u001b[31m==================== 1 failed, ${all.length - 1} passed in ${seconds}.71s ====================\u001b[39m`,
    ])
      log(text);
    return 1;
  };
}
