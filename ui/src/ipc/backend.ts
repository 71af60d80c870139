import type { Failure } from "./error";
import type { ActivateKey } from "./generated/ActivateKey";
import type { Cards } from "./generated/Cards";
import type { ChangeSecret } from "./generated/ChangeSecret";
import type { Comparison } from "./generated/Comparison";
import type { GatherEvidence } from "./generated/GatherEvidence";
import type { Identity } from "./generated/Identity";
import type { LockedDocument } from "./generated/LockedDocument";
import type { LookEntry } from "./generated/LookEntry";
import type { OpenedDocument } from "./generated/OpenedDocument";
import type { OutputChoice } from "./generated/OutputChoice";
import type { PageInk } from "./generated/PageInk";
import type { PageSize } from "./generated/PageSize";
import type { SecretStrength } from "./generated/SecretStrength";
import type { SetSignatureSettings } from "./generated/SetSignatureSettings";
import type { SignatureSettings } from "./generated/SignatureSettings";
import type { SignDocument } from "./generated/SignDocument";
import type { SignedDocument } from "./generated/SignedDocument";
import type { SigningProgress } from "./generated/SigningProgress";
import type { Status } from "./generated/Status";
import type { SuspendOwnKey } from "./generated/SuspendOwnKey";
import type { TimestampAnchor } from "./generated/TimestampAnchor";
import type { TrustedIssuer } from "./generated/TrustedIssuer";
import type { TrustOffer } from "./generated/TrustOffer";
import type { UnlockDocument } from "./generated/UnlockDocument";
import type { Validation } from "./generated/Validation";

/** What a ghost is drawn from: the same drawer as the output's. */
export interface Appearance {
  login: string;
  /** The certificate of a card, where a card signs. */
  card: string | null;
  width: number;
  height: number;
  reason: string | null;
  location: string | null;
  /** Name of the look; the default where none is given. */
  look: string | null;
}

/** One method per command of the shell; every one rejects with a {@link Failure}. */
export interface Backend {
  openedDocuments(): Promise<OpenedDocument[]>;
  chooseDocument(): Promise<OpenedDocument | null>;
  /** Opens one that waits for its password, or one that is open and permits more to its owner. */
  unlockDocument(request: UnlockDocument): Promise<OpenedDocument>;
  closeDocument(document: string): Promise<void>;
  /** Sizes of at most 512 pages from `first` on, which counts from 1. */
  pageSizes(document: string, first: number, count: number): Promise<PageSize[]>;
  /** Where a page has something on it, seen coarsely. */
  pageInk(document: string, page: number): Promise<PageInk>;
  chooseOutput(document: string): Promise<OutputChoice | null>;
  /**
   * Gathers what a signature takes, before its secret leaves the field: a level that cannot be
   * reached costs none.
   */
  gatherEvidence(request: GatherEvidence): Promise<void>;
  signDocument(request: SignDocument): Promise<SignedDocument>;
  /** Whether a signature under way is stopped; `false` if it is too late. */
  cancelSigning(requestId: string): Promise<boolean>;
  validateDocument(document: string): Promise<Validation>;
  /** Whom one would have to trust for the signer of a field to be confirmed. */
  trustOffer(document: string, field: string): Promise<TrustOffer | null>;
  /**
   * Trusts whom the person saw in an offer, by the SHA-256 of the certificate, once they have said
   * so outside of the window; whether they did.
   */
  trustIssuer(
    document: string,
    field: string,
    sha256: string,
    language: "en" | "de",
  ): Promise<boolean>;
  trustedIssuers(): Promise<TrustedIssuer[]>;
  forgetIssuer(sha256: string): Promise<void>;
  /** Opens the file as it was when it was so many bytes long: to be looked at, not to be signed. */
  openRevision(document: string, bytes: number): Promise<OpenedDocument>;
  /** Writes the file as it was; `null` if the person thought better of it. */
  saveRevision(document: string, bytes: number, index: number): Promise<OutputChoice | null>;
  /** Compares every page of a revision with the file as it is now. */
  compareRevision(document: string, index: number): Promise<Comparison>;
  /** Writes a report of the validation, made anew; `null` if the person thought better of it. */
  saveReport(
    document: string,
    form: "html" | "json",
    language: "en" | "de",
  ): Promise<OutputChoice | null>;
  showInFolder(document: string): Promise<void>;
  copyPath(document: string): Promise<void>;
  status(): Promise<Status>;
  /** What signatures are like where nobody says otherwise, and who has set it. */
  signatureSettings(): Promise<SignatureSettings>;
  /** Sets the person's own, where there is no organisation. */
  setOwnSettings(request: SetSignatureSettings): Promise<SignatureSettings>;
  /** Asks for a file of certificates and reads it; nothing is set yet. */
  chooseTimestampAnchors(): Promise<TimestampAnchor[] | null>;
  identities(): Promise<Identity[]>;
  /** What smart cards there are; asked again for as long as somebody looks. */
  cards(): Promise<Cards>;
  /** Lets a person choose the file of a driver for cards. */
  chooseCardModule(): Promise<Cards>;
  /** The looks that can be chosen, the default first. */
  looks(): Promise<LookEntry[]>;
  activate(request: ActivateKey): Promise<Identity>;
  changeSecret(request: ChangeSecret): Promise<void>;
  secretStrength(secret: string, words: string[]): Promise<SecretStrength>;
  suspendOwnKey(request: SuspendOwnKey): Promise<Identity>;
  openAdministration(): Promise<void>;
  /** Calls back for documents that were dropped or handed over by a second start. */
  onOpened(heard: (document: OpenedDocument) => void): Promise<void>;
  /** Calls back for a file that wants its password. */
  onLocked(heard: (locked: LockedDocument) => void): Promise<void>;
  onRefused(heard: (name: string, failure: Failure) => void): Promise<void>;
  onProgress(heard: (progress: SigningProgress) => void): Promise<void>;
  /** Address of a page as a picture; `scale` in pixels a point. */
  pageUrl(document: string, page: number, scale: number): string;
  /** Address of an appearance as a picture with a transparent ground. */
  appearanceUrl(appearance: Appearance, scale: number): string;
}
