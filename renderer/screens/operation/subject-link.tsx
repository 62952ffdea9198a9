import { Link } from '@tanstack/react-router';
import { type Intent, subjectOf } from '../../../shared/domain/operation/intent';

/** What an operation is about, and the way to it. */
export function SubjectLink({ intent }: { intent: Intent }) {
  const subject = subjectOf(intent);
  switch (subject.about) {
    case 'app':
      return (
        <Link to="/apps/$app" params={{ app: subject.app }} search={{ environment: subject.environment }}>
          {subject.app}
        </Link>
      );
    case 'pipeline':
      return subject.pipeline;
    case 'environment':
      return subject.environment;
    case 'freeze':
      return 'Freezes';
    case 'estate':
      return subject.app === null ? (
        'Estate'
      ) : (
        <Link to="/apps/$app" params={{ app: subject.app }}>
          {subject.app}
        </Link>
      );
  }
}
