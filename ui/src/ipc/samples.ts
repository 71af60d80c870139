// What the backend in memory tells, and what tests compare with.

import type { CardCertificate } from "./generated/CardCertificate";
import type { CardPin } from "./generated/CardPin";
import type { Cards } from "./generated/Cards";
import type { CardToken } from "./generated/CardToken";
import type { Failure } from "./error";
import type { ErrorCode } from "./generated/ErrorCode";
import type { Identity } from "./generated/Identity";
import type { LookEntry } from "./generated/LookEntry";
import type { OpenedDocument } from "./generated/OpenedDocument";
import type { PreflightCode } from "./generated/PreflightCode";
import type { PreflightFinding } from "./generated/PreflightFinding";
import type { Severity } from "./generated/Severity";
import type { SignatureField } from "./generated/SignatureField";
import type { SignatureReport } from "./generated/SignatureReport";
import type { Status } from "./generated/Status";
import type { Validation } from "./generated/Validation";

/** The secret that the backend in memory takes for right. */
export const SECRET = "correct horse battery";
/** The one-time code that it takes for right. */
export const CODE = "K7QF-92MX-4TDA-H6WP-ZR3B-N8YC-2E";
/** The password of a document that it takes for right. */
export const PASSWORD = "open sesame";

export const encrypted: PreflightFinding = {
  code: "encrypted",
  severity: "info",
  message: "encrypted; its author permits everything that matters to signing",
  words: {},
};

export const contractor: SignatureField = {
  name: "Contractor",
  label: "For the Contractor",
  page: 1,
  rect: { x: 60, y: 83, width: 219, height: 74 },
  signed: false,
};

export const trust: SignatureField = {
  name: "Trust",
  label: "For the Trust",
  page: 1,
  rect: { x: 315, y: 83, width: 219, height: 74 },
  signed: false,
};

export const agreement: OpenedDocument = {
  id: "d1",
  name: "Crane maintenance agreement.pdf",
  outputName: "Crane maintenance agreement-signed.pdf",
  bytes: 1_843_200,
  pages: 3,
  firstPage: { width: 595, height: 842 },
  signatures: 0,
  fields: [],
  findings: [],
};

export const ana: Identity = {
  login: "ana",
  name: "Ana Ruiz",
  email: "ana@example.org",
  organisation: "Meridian Harbour Trust",
  validUntil: 1_836_604_800,
  status: "active",
  change: null,
  wrongTries: 0,
  waitUntil: null,
};

export const anas: SignatureReport = {
  field: "Trust",
  signer: "Ana Ruiz",
  issuer: "Meridian Harbour Trust CA",
  level: "b-b",
  subfilter: "ETSI.CAdES.detached",
  intact: true,
  trusted: true,
  coverage: "whole_file",
  modifications: [],
  signingTime: 1_795_513_327,
  timestamp: null,
  headline: "valid",
  kind: "signature",
  indication: "total_passed",
  subIndication: null,
  document: { answer: "intact", findings: [] },
  identity: {
    answer: "trusted",
    path: [],
    anchor: { name: "Meridian Harbour Trust CA", source: "organisation" },
    revocation: [],
    findings: [],
  },
  time: {
    answer: "claimed",
    at: 1_795_513_327,
    claimedAt: 1_795_513_327,
    authority: null,
    trusted: false,
    findings: [],
  },
  findings: [],
  page: 1,
  rect: { x: 315, y: 83, width: 219, height: 74 },
};

export const jonass: SignatureReport = {
  ...anas,
  field: "Contractor",
  signer: "Jonas Weber",
  issuer: "Weber Hebetechnik CA",
  trusted: false,
  coverage: "revision",
  signingTime: 1_795_187_311,
  headline: "identity_unconfirmed",
  indication: "indeterminate",
  subIndication: "NO_CERTIFICATE_CHAIN_FOUND",
  identity: { answer: "unconfirmed", path: [], anchor: null, revocation: [], findings: [] },
  findings: [
    {
      code: "no_path_to_anchor",
      severity: "caution",
      message: "no path leads from the certificate to a trust anchor",
    },
  ],
  rect: { x: 60, y: 83, width: 219, height: 74 },
};

export const valid: Validation = {
  headline: "valid",
  signatures: [anas],
  revisions: [{ index: 1, bytes: 1_861_632, signedBy: "Trust", what: [], allowed: true }],
};

export const ready: Status = {
  organisation: {
    name: "Meridian Harbour Trust",
    assurance: "trial",
    setBy: "software_token",
  },
  token: { state: "ready", detail: "keys proven just now" },
};

export const noOrganisation: Status = {
  organisation: null,
  token: { state: "not_set_up", detail: "" },
};

/** A refusal as the shell tells it. */
export function refusal(code: ErrorCode, detail = "", until?: number): Failure {
  return { code, message: code, detail, ...(until === undefined ? {} : { until }) };
}

/** Something preflight found, as the shell tells it. */
export function finding(
  code: PreflightCode,
  severity: Severity,
  words: Record<string, string> = {},
): PreflightFinding {
  return { code, severity, message: code, words };
}
/** The product's looks, one of the organisation, one of the person. */
export const looks: LookEntry[] = [
  ...["name-and-date", "name-only", "compact", "full", "framed"].map((name) => ({
    name,
    title: null,
    source: "product" as const,
  })),
  { name: "board", title: "Board of trustees", source: "organisation" },
  { name: "ana-pen", title: null, source: "own" },
];

/** A machine without smart cards. */
export const noCards: Cards = { change: 0, presence: "no_driver", cards: [], drivers: [] };

const certificate: CardCertificate = {
  id: "5a".repeat(32),
  keyId: "02",
  name: "Ana Ruiz Gómez",
  issuer: "National Card CA",
  validFrom: Math.floor(Date.now() / 1000) - 86_400,
  validUntil: Math.floor(Date.now() / 1000) + 500 * 86_400,
  usage: "signature",
  key: "ECDSA P-256",
  refusal: null,
  preferred: true,
};

const card: CardToken = {
  label: "National ID",
  serial: "a53e11cfef744762",
  manufacturer: "Card maker",
  reader: "Desk reader 00 00",
  pin: { state: "unknown", pad: false, shortest: 4, longest: 8 },
  certificates: [certificate],
};

/** A machine with a card in its reader. */
export const oneCard: Cards = {
  change: 1,
  presence: "ready",
  cards: [card],
  drivers: [{ name: "opensc-pkcs11.so", chosen: false, changed: false, fault: null }],
};

/** The same with something about the PIN. */
export function cardWithPin(pin: Partial<CardPin>): Cards {
  return { ...oneCard, cards: [{ ...card, pin: { ...card.pin, ...pin } }] };
}

/** The same with certificates of which nobody knows which one signs. */
export const severalCertificates: Cards = {
  ...oneCard,
  cards: [
    {
      ...card,
      certificates: [
        { ...certificate, preferred: false },
        { ...certificate, id: "6b".repeat(32), name: "Ana Ruiz (Works)", preferred: false },
        {
          ...certificate,
          id: "7c".repeat(32),
          name: "Ana Ruiz (2019)",
          preferred: false,
          refusal: "certificate_expired",
        },
      ],
    },
  ],
};
