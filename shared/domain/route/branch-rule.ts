/**
 * GitHub's words where a rule of a branch keeps a person from changing it in this way: branch protection (`GH006`) and
 * rulesets (`GH013`), to a push, to "Merge a branch", and to "Merge a pull request". As they stand in the logs of many
 * repos: "Changes must be made through a pull request.", "Required status check … is expected.", "12 of 12 required status
 * checks are expected.", "At least 1 approving review is required by reviewers with write access.", "You're not authorized
 * to push to this branch.", "Cannot update this protected ref.", "Base branch requires signed commits.", "Commits must have
 * verified signatures.", "This branch must not contain merge commits.", "Changes must be made through the merge queue",
 * "Repository rule violations found".
 */
const ofTheWay = [
  /must be made through/i,
  /required (?:status checks?|workflows?|deployments?|reviews?|conversation)/i,
  /(?:approving|code owners?|last push\w*).{0,40}\breview/i,
  /\breviews? (?:is|are) required|review required|changes (?:were )?requested/i,
  /not (?:authori[sz]ed|allowed|permitted) to (?:push|merge|update)/i,
  /protected (?:branch|ref)|branch protection|locked branch|branch is locked/i,
  /signed commits|verified signatures?/i,
  /must not contain merge commits|merge queue|linear history/i,
  /rule violations?|\bGH0(?:06|13)\b/i,
  /code scanning is waiting/i,
];

/**
 * Whether a refusal speaks of a rule of the branch: the person may not commit this way here, so that trying again does not
 * help, and another way may. What is in the way of the *content* (a conflict, a race, a secret in it) is none.
 */
export const isOfBranchRules = (said: string): boolean =>
  ofTheWay.some((words) => words.test(said)) && !isOfContent(said);

/**
 * Whether a push was refused for what it holds, whoever brings it: a file that is too large (`GH001`), a missing object of
 * LFS (`GH008`), a secret (`GH009`, and push protection, which says `GH013` too: "Push cannot contain secrets").
 */
export const isOfContent = (said: string): boolean =>
  /\bGH00[189]\b|cannot contain secrets|secrets? (?:was |were )?detected|exceeds? .{0,40}file size|large files detected/i.test(
    said,
  );
