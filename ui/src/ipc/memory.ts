import type { Backend } from "./backend";
import { anchor, unset } from "./custody-samples";
import type { Failure } from "./error";
import type { Cards } from "./generated/Cards";
import type { Comparison } from "./generated/Comparison";
import type { Identity } from "./generated/Identity";
import type { LockedDocument } from "./generated/LockedDocument";
import type { LookEntry } from "./generated/LookEntry";
import type { OpenedDocument } from "./generated/OpenedDocument";
import type { PageInk } from "./generated/PageInk";
import type { PageSize } from "./generated/PageSize";
import type { SignatureSettings } from "./generated/SignatureSettings";
import type { SigningProgress } from "./generated/SigningProgress";
import type { SigningStep } from "./generated/SigningStep";
import type { Status } from "./generated/Status";
import type { TrustedIssuer } from "./generated/TrustedIssuer";
import type { TrustOffer } from "./generated/TrustOffer";
import type { Validation } from "./generated/Validation";
import { page, stamp } from "./pictures";
import {
  agreement,
  ana,
  CODE,
  encrypted,
  looks,
  noCards,
  PASSWORD,
  ready,
  refusal,
  SECRET,
  valid,
} from "./samples";

import { same } from "./verdicts";

export { scenes } from "./scenes";
export * from "./samples";

/** What the backend in memory answers with; tests and scenes change single answers. */
export interface Answers {
  documents: OpenedDocument[];
  identities: Identity[];
  cards: Cards;
  status: Status;
  validation: Validation;
  /** Whom a signature names at the top. */
  offer: TrustOffer | null;
  /** Where an earlier version looks different. */
  comparison: Comparison;
  /** Whom the person trusts already. */
  issuers: TrustedIssuer[];
  /** The judgement once somebody is trusted, if it is another one. */
  trusting: Validation | null;
  /** The sizes of pages that are not like the first, by number. */
  sizes: Record<number, PageSize>;
  /** Where every page has something on it. */
  ink: PageInk;
  looks: LookEntry[];
  /** Whether an appearance can be drawn in its box. */
  drawable: boolean;
  /** What signing, activating, changing and suspending are answered with, instead of being done. */
  refusal: Failure | null;
  /** Why nobody's keys can be told. */
  unknown: Failure | null;
  /** A file that was not opened. */
  refused: { name: string; failure: Failure } | null;
  /** A file that wants its password. */
  locked: LockedDocument | null;
  /** Where a signature stays until it is cancelled. */
  hold: SigningStep | null;
  /** Whether authorities never answer. */
  gathering: boolean;
  settings: SignatureSettings;
}

const STEPS: SigningStep[] = [
  "reading",
  "proving",
  "authenticating",
  "signing",
  "writing",
  "validating",
];
/** Why what a signature takes is not there: told before the secret is taken. */
const EVIDENCE: Failure["code"][] = [
  "timestamp_unavailable",
  "evidence_unavailable",
  "certified_for_good",
];
/** From this many wrong secrets on there is a wait, of so many seconds. */
const [FREE, WAIT] = [5, 90];

/** A backend without a shell: for tests and for looking at screens in a browser. */
export function memory(changed: Partial<Answers> = {}): Backend {
  const answers: Answers = {
    documents: [agreement],
    identities: [ana],
    cards: noCards,
    status: ready,
    validation: valid,
    offer: null,
    comparison: same,
    issuers: [],
    trusting: null,
    sizes: {},
    ink: { cell: 4, rows: [] },
    looks,
    drawable: true,
    refusal: null,
    unknown: null,
    refused: null,
    locked: null,
    hold: null,
    gathering: false,
    settings: unset(),
    ...changed,
  };
  let identities = answers.identities;
  let issuers = answers.issuers;
  let progress: (progress: SigningProgress) => void = () => {};
  /** Ends a signature that is held. */
  let stop: { request: string; step: SigningStep; end: () => void } | null = null;
  const now = (): number => Math.floor(Date.now() / 1000);

  function change(login: string, change: Partial<Identity>): Identity {
    identities = identities.map((one) => (one.login === login ? { ...one, ...change } : one));
    const found = identities.find((one) => one.login === login);
    if (!found) throw refusal("no_such_person");
    return found;
  }

  /** Judges a secret as the service does: counted, and after five wrong ones with a wait. */
  function judge(login: string, right: boolean): void {
    const { wrongTries, waitUntil } = change(login, {});
    if (waitUntil !== null && waitUntil > now()) throw refusal("wait", "", waitUntil);
    if (right) {
      change(login, { wrongTries: 0, waitUntil: null });
      return;
    }
    const tries = wrongTries + 1;
    change(login, { wrongTries: tries, waitUntil: tries >= FREE ? now() + WAIT : null });
    throw refusal("wrong_secret");
  }

  async function reach(request: string): Promise<void> {
    for (const step of STEPS) {
      progress({ requestId: request, step });
      await Promise.resolve();
      if (step !== answers.hold) continue;
      await new Promise<void>((end) => (stop = { request, step, end }));
      throw refusal("cancelled");
    }
  }

  return {
    openedDocuments: async () => answers.documents,
    chooseDocument: async () => agreement,
    async unlockDocument({ document, password }) {
      if (password !== PASSWORD) throw refusal("password_wrong");
      const open = answers.documents.find(({ id }) => id === document);
      const found: OpenedDocument = { ...(open ?? { ...agreement, name: "Payslip.pdf" }) };
      delete found.refusal;
      return { ...found, findings: [encrypted] };
    },
    closeDocument: async () => {},
    pageInk: async () => answers.ink,
    pageSizes: async (_document, first, count) =>
      Array.from(
        { length: count },
        (_, index) => answers.sizes[first + index] ?? { width: 595, height: 842 },
      ),
    chooseOutput: async () => ({ name: "contract-signed.pdf", folder: "Contracts" }),
    async gatherEvidence() {
      if (answers.gathering) await new Promise<never>(() => {});
      if (answers.refusal && EVIDENCE.includes(answers.refusal.code)) throw answers.refusal;
    },
    async signDocument({ requestId, login, secret, document }) {
      if (answers.refusal) throw answers.refusal;
      await reach(requestId);
      judge(login, secret === SECRET);
      const signed = answers.documents.find(({ id }) => id === document) ?? agreement;
      return {
        document: {
          ...signed,
          id: "d2",
          name: signed.outputName,
          signatures: answers.validation.signatures.length,
        },
        validation: answers.validation,
      };
    },
    async cancelSigning(requestId) {
      if (!stop || stop.request !== requestId) return false;
      if (STEPS.indexOf(stop.step) >= STEPS.indexOf("authenticating")) return false;
      stop.end();
      return true;
    },
    validateDocument: async () =>
      (issuers.length > answers.issuers.length ? answers.trusting : null) ?? answers.validation,
    trustOffer: async () => answers.offer,
    async trustIssuer(_document, _field, sha256) {
      if (answers.offer?.sha256 !== sha256) throw refusal("issuer_differs");
      const { subject, notAfter } = answers.offer;
      issuers = [...issuers, { sha256, subject, notAfter, since: now() }];
      return true;
    },
    trustedIssuers: async () => issuers,
    async forgetIssuer(sha256) {
      issuers = issuers.filter((issuer) => issuer.sha256 !== sha256);
    },
    async openRevision(document, bytes) {
      const open = answers.documents.find(({ id }) => id === document) ?? agreement;
      return { ...open, id: `${document}-${bytes}`, bytes, fields: [] };
    },
    saveRevision: async () => ({ name: "contract-revision-1.pdf", folder: "Contracts" }),
    compareRevision: async () => answers.comparison,
    saveReport: async (_document, form) => ({
      name: `contract-validation.${form}`,
      folder: "Contracts",
    }),
    showInFolder: async () => {},
    copyPath: async () => {},
    status: async () => answers.status,
    signatureSettings: async () => answers.settings,
    async setOwnSettings(request) {
      const known = [...answers.settings.timestampAnchors, anchor()];
      answers.settings = {
        ...answers.settings,
        ...request,
        timestampAnchors: request.timestampAnchors.flatMap(
          (entry) => known.find((one) => one.entry === entry) ?? [],
        ),
      };
      return answers.settings;
    },
    chooseTimestampAnchors: async () => [anchor()],
    async identities() {
      if (answers.unknown) throw answers.unknown;
      return identities;
    },
    cards: async () => answers.cards,
    chooseCardModule: async () => answers.cards,
    looks: async () => answers.looks,
    async activate({ login, code }) {
      if (answers.refusal) throw answers.refusal;
      judge(login, code.trim() === CODE);
      return change(login, { status: "active" });
    },
    async changeSecret({ login, secret }) {
      if (answers.refusal) throw answers.refusal;
      judge(login, secret === SECRET);
    },
    async secretStrength(secret) {
      const accepted = secret.length >= 12 && !/^\d+$/.test(secret);
      return { accepted, guessesLog10: new Set(secret).size * 1.1 };
    },
    async suspendOwnKey({ login, note }) {
      if (answers.refusal) throw answers.refusal;
      return change(login, { status: "suspended", change: { at: now(), by: null, note } });
    },
    openAdministration: async () => {},
    onOpened: async () => {},
    async onLocked(heard) {
      if (answers.locked) heard(answers.locked);
    },
    async onRefused(heard) {
      if (answers.refused) heard(answers.refused.name, answers.refused.failure);
    },
    async onProgress(heard) {
      progress = heard;
    },
    pageUrl: (_document, number) => page(number),
    appearanceUrl: ({ width, height, reason, look }) =>
      answers.drawable ? stamp(width, height, reason, look) : "data:image/png,none",
  };
}
