import type { Administrator } from "./generated/Administrator";
import type { ChangeStatus } from "./generated/ChangeStatus";
import type { EnrolPerson } from "./generated/EnrolPerson";
import type { FoundedOrganisation } from "./generated/FoundedOrganisation";
import type { FoundOrganisation } from "./generated/FoundOrganisation";
import type { IssuedCode } from "./generated/IssuedCode";
import type { ListPeople } from "./generated/ListPeople";
import type { LogHead } from "./generated/LogHead";
import type { LogIn } from "./generated/LogIn";
import type { LogPage } from "./generated/LogPage";
import type { Overview } from "./generated/Overview";
import type { PeoplePage } from "./generated/PeoplePage";
import type { Person } from "./generated/Person";
import type { Probe } from "./generated/Probe";
import type { ReadLog } from "./generated/ReadLog";
import type { RevokePerson } from "./generated/RevokePerson";
import type { SecretStrength } from "./generated/SecretStrength";
import type { Status } from "./generated/Status";
import type { TokenHealth } from "./generated/TokenHealth";
import type { VerifiedLog } from "./generated/VerifiedLog";

/**
 * What the administrator's window may ask of the shell: one method per command.
 *
 * Every one rejects with a `Failure`. Who asks is known from the login that the shell holds.
 */
export interface AdministrationBackend {
  status(): Promise<Status>;
  secretStrength(secret: string, words: string[]): Promise<SecretStrength>;
  foundOrganisation(request: FoundOrganisation): Promise<FoundedOrganisation>;
  /** Who is logged in; asking does not make the login last longer. */
  administrator(): Promise<Administrator | null>;
  logIn(request: LogIn): Promise<Administrator>;
  logOut(): Promise<void>;
  /** Makes the login last longer. */
  stay(): Promise<Administrator>;
  overview(): Promise<Overview>;
  testToken(): Promise<TokenHealth>;
  /** How the attacks went when the token was probed last. */
  tokenProfile(): Promise<Probe>;
  /** Plays the attacks now. */
  probeToken(): Promise<Probe>;
  people(request: ListPeople): Promise<PeoplePage>;
  readLog(request: ReadLog): Promise<LogPage>;
  logHead(): Promise<LogHead>;
  /** Reads the whole log and every record; takes long where there are many. */
  verifyLog(): Promise<VerifiedLog>;
  enrolPerson(request: EnrolPerson): Promise<IssuedCode>;
  resetPerson(request: ChangeStatus): Promise<IssuedCode>;
  suspendPerson(request: ChangeStatus): Promise<Person>;
  resumePerson(request: ChangeStatus): Promise<Person>;
  revokePerson(request: RevokePerson): Promise<Person>;
  /** Prints the window as its style for paper shows it. */
  printPage(): Promise<void>;
  /** Calls back when the login is over, whoever ended it. */
  onLocked(heard: () => void): Promise<void>;
}
