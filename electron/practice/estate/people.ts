/** Who commits in the practice estate: names are invented, addresses lead nowhere. */
export interface Person {
  login: string;
  name: string;
  email: string;
}

const person = (login: string, name: string): Person => ({ login, name, email: `${login}@example.invalid` });

/** The pipeline's own identity. */
export const bot: Person = person('govuk-ci', 'govuk-ci');
/** Who GitHub says committed a merge that it made. */
export const web: Person = { login: 'web-flow', name: 'GitHub', email: 'noreply@github.com' };
/** The release manager whom the practice console acts as. */
export const consoleUser: Person = person('practice', 'Practice Release Manager');
/** The other release manager, whom scenarios act as. */
export const rival: Person = person('odalys-brandt', 'Odalys Brandt');

/** A third release manager, who owns nothing of the charts. */
export const reviewer: Person = person('hester-vane', 'Hester Vane');

export const developers: readonly Person[] = [
  person('tamsin-okoro', 'Tamsin Okoro'),
  person('ivo-larkspur', 'Ivo Larkspur'),
  person('meret-quill', 'Meret Quill'),
  person('bashir-fenwick', 'Bashir Fenwick'),
  person('solveig-adair', 'Solveig Adair'),
  person('jun-pemberly', 'Jun Pemberly'),
  person('carys-dunmore', 'Carys Dunmore'),
  person('renzo-ashdown', 'Renzo Ashdown'),
];

export const releaseManagers: readonly Person[] = [rival, reviewer, person('kofi-marlowe', 'Kofi Marlowe')];

/** Every known person by e-mail address, for the GitHub API's `author` fields. */
export const peopleByEmail: ReadonlyMap<string, Person> = new Map(
  [bot, web, consoleUser, ...developers, ...releaseManagers].map((one) => [one.email, one]),
);
