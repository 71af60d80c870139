import type { AcceptModules } from "./generated/AcceptModules";
import type { Administrator } from "./generated/Administrator";
import type { BackupMade } from "./generated/BackupMade";
import type { BackupState } from "./generated/BackupState";
import type { BackupVerified } from "./generated/BackupVerified";
import type { ChangeStatus } from "./generated/ChangeStatus";
import type { CreateBackup } from "./generated/CreateBackup";
import type { EnrolPerson } from "./generated/EnrolPerson";
import type { ExportedLog } from "./generated/ExportedLog";
import type { FoundedOrganisation } from "./generated/FoundedOrganisation";
import type { FoundOrganisation } from "./generated/FoundOrganisation";
import type { IssuedCode } from "./generated/IssuedCode";
import type { KeysAndHsm } from "./generated/KeysAndHsm";
import type { ListPeople } from "./generated/ListPeople";
import type { LogHead } from "./generated/LogHead";
import type { LogIn } from "./generated/LogIn";
import type { LogPage } from "./generated/LogPage";
import type { ModuleChange } from "./generated/ModuleChange";
import type { OutputChoice } from "./generated/OutputChoice";
import type { Overview } from "./generated/Overview";
import type { PeoplePage } from "./generated/PeoplePage";
import type { Person } from "./generated/Person";
import type { PinPlace } from "./generated/PinPlace";
import type { Probe } from "./generated/Probe";
import type { ProveEvent } from "./generated/ProveEvent";
import type { ReadLog } from "./generated/ReadLog";
import type { ReplaceOwnKey } from "./generated/ReplaceOwnKey";
import type { RevokePerson } from "./generated/RevokePerson";
import type { RotateMaster } from "./generated/RotateMaster";
import type { Rotation } from "./generated/Rotation";
import type { SecretStrength } from "./generated/SecretStrength";
import type { SetSignatureSettings } from "./generated/SetSignatureSettings";
import type { SetSigningPin } from "./generated/SetSigningPin";
import type { SignatureSettings } from "./generated/SignatureSettings";
import type { Status } from "./generated/Status";
import type { TimestampAnchor } from "./generated/TimestampAnchor";
import type { TokenHealth } from "./generated/TokenHealth";
import type { VerifiedLog } from "./generated/VerifiedLog";
import type { VerifyBackup } from "./generated/VerifyBackup";

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
  /** Both tokens, used for real; the masters, and where a rotation stands. */
  keysAndHsm(): Promise<KeysAndHsm>;
  /** How far a rotation is; whoever only watches does not make the login last longer. */
  rotation(): Promise<Rotation>;
  /** Takes a step; moving keys answers when all are moved, or it was paused. */
  rotateMaster(request: RotateMaster): Promise<Rotation>;
  /** Replaces the own key of the officer, who stays logged in with the new one. */
  replaceOwnKey(request: ReplaceOwnKey): Promise<Person>;
  /** Destroys keys that belong to nobody; their names. */
  tidyToken(): Promise<string[]>;
  /** Modules that are not the ones accepted; needs no login, which they would be in the way of. */
  changedModules(): Promise<ModuleChange[]>;
  acceptModules(request: AcceptModules): Promise<void>;
  /** Tries a PIN on the signing token once, and keeps it. */
  setSigningPin(request: SetSigningPin): Promise<PinPlace>;
  backupState(): Promise<BackupState>;
  /** Asks for its places and makes it; `null` if the person thought better of it. */
  createBackup(request: CreateBackup): Promise<BackupMade | null>;
  /** Asks which one, and for the files of secrets that are not typed. */
  verifyBackup(request: VerifyBackup): Promise<BackupVerified | null>;
  /** Asks where to and writes the log there; `null` if the person thought better of it. */
  exportLog(): Promise<ExportedLog | null>;
  /** The same with the proof of one event. */
  proveEvent(request: ProveEvent): Promise<OutputChoice | null>;
  signatureSettings(): Promise<SignatureSettings>;
  setSignatureSettings(request: SetSignatureSettings): Promise<SignatureSettings>;
  /** Asks for a file of certificates and reads it; nothing is set yet. */
  chooseTimestampAnchors(): Promise<TimestampAnchor[] | null>;
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
