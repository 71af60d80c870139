// Verdicts of every kind, for scenes and tests.

import type { Comparison } from "./generated/Comparison";
import type { IdentityAnswer } from "./generated/IdentityAnswer";
import type { Modification } from "./generated/Modification";
import type { PathCertificate } from "./generated/PathCertificate";
import type { RevisionReport } from "./generated/RevisionReport";
import type { SignatureReport } from "./generated/SignatureReport";
import type { TrustedIssuer } from "./generated/TrustedIssuer";
import type { TrustOffer } from "./generated/TrustOffer";
import type { Validation } from "./generated/Validation";
import { anas, jonass } from "./samples";

const STAMPED = 1_795_513_330;
const PRINT = "7e24c19b0f5d4a8891b3e2d6707f3c15a4be90d2f1c86e3a5b7d9012e4f8ac36";

function certificate(name: string, issuer: string, notAfter = 1_858_675_200): PathCertificate {
  return {
    subject: `CN=${name},O=Meridian Harbour Trust,C=XX`,
    issuer: `CN=${issuer},O=Meridian Harbour Trust,C=XX`,
    serial: "4f2a9c01d7e3b86655aa0191",
    notBefore: 1_732_000_000,
    notAfter,
    sha256: PRINT,
  };
}

const CA = "Meridian Harbour Trust CA";
const path = [
  certificate("Ana Ruiz", "Meridian Issuing CA 2"),
  certificate("Meridian Issuing CA 2", CA),
  certificate(CA, CA),
];

const trusted: IdentityAnswer = {
  answer: "trusted",
  path,
  anchor: { name: CA, source: "organisation" },
  revocation: [
    { subject: "Ana Ruiz", status: "good", by: "ocsp", at: STAMPED - 60, reason: null },
    {
      subject: "Meridian Issuing CA 2",
      status: "good",
      by: "crl",
      at: STAMPED - 7200,
      reason: null,
    },
  ],
  findings: [],
};

/** Signed, time-stamped, and not revoked. */
export const stamped: SignatureReport = {
  ...anas,
  issuer: "Meridian Issuing CA 2",
  level: "b-lt",
  timestamp: STAMPED,
  identity: trusted,
  time: {
    answer: "timestamp",
    at: STAMPED,
    claimedAt: anas.signingTime,
    authority: "Meridian Time Stamping 1",
    trusted: true,
    findings: [],
  },
};

/** The time-stamp over the whole file that keeps it provable. */
export const archived: SignatureReport = {
  ...stamped,
  field: "Timestamp 1",
  kind: "document_timestamp",
  signer: "Meridian Time Stamping 1",
  level: "",
  subfilter: "ETSI.RFC3161",
  page: null,
  rect: null,
};

/** By somebody whose issuer nobody here knows. */
export const stranger: SignatureReport = {
  ...jonass,
  coverage: "whole_file",
  identity: {
    ...jonass.identity,
    path: [{ ...certificate("Jonas Weber", "Weber Hebetechnik CA") }],
  },
};

/** With a certificate that only the signer has signed. */
export const selfSigned: SignatureReport = {
  ...stranger,
  issuer: "Jonas Weber",
  identity: { ...stranger.identity, path: [certificate("Jonas Weber", "Jonas Weber")] },
};

export const offer: TrustOffer = {
  sha256: PRINT,
  subject: "Weber Hebetechnik CA",
  issuer: "Weber Hebetechnik CA",
  notBefore: 1_732_000_000,
  notAfter: 1_858_675_200,
  authority: true,
};

export const chosen: TrustedIssuer = {
  sha256: PRINT,
  subject: "Weber Hebetechnik CA",
  notAfter: 1_858_675_200,
  since: 1_795_513_400,
};

/** The same signature once the person trusts its issuer. */
export const byChoice: SignatureReport = {
  ...stranger,
  trusted: true,
  headline: "valid",
  indication: "total_passed",
  subIndication: null,
  findings: [],
  identity: {
    ...trusted,
    path: [
      certificate("Jonas Weber", "Weber Hebetechnik CA"),
      certificate("Weber Hebetechnik CA", "Weber Hebetechnik CA"),
    ],
    anchor: { name: "Weber Hebetechnik CA", source: "remembered" },
    revocation: [],
  },
};

export const revoked: SignatureReport = {
  ...anas,
  trusted: false,
  headline: "identity_unconfirmed",
  indication: "indeterminate",
  subIndication: "REVOKED_NO_POE",
  identity: {
    ...trusted,
    answer: "revoked",
    revocation: [
      {
        subject: "Ana Ruiz",
        status: "revoked",
        by: "crl",
        at: 1_794_000_000,
        reason: "keyCompromise",
      },
      ...trusted.revocation.slice(1),
    ],
  },
  findings: [
    { code: "certificate_revoked", severity: "caution", message: "a certificate was revoked" },
  ],
};

const OVER = 1_700_000_000;
const lapsed = [certificate("Ana Ruiz", "Meridian Issuing CA 2", OVER), ...path.slice(1)];

/** Expired since, and time-stamped before. */
export const expiredStamped: SignatureReport = {
  ...stamped,
  signingTime: OVER - 200_000,
  timestamp: OVER - 199_990,
  level: "b-lta",
  identity: { ...trusted, path: lapsed },
  time: { ...stamped.time, at: OVER - 199_990, claimedAt: OVER - 200_000 },
};

/** Expired, and nothing says when it was signed. */
export const expired: SignatureReport = {
  ...anas,
  signingTime: OVER - 200_000,
  trusted: false,
  headline: "identity_unconfirmed",
  indication: "indeterminate",
  subIndication: "OUT_OF_BOUNDS_NO_POE",
  identity: { ...trusted, answer: "expired", path: lapsed, revocation: [] },
  time: { ...anas.time, at: OVER - 200_000, claimedAt: OVER - 200_000 },
  findings: [
    { code: "certificate_expired", severity: "caution", message: "a certificate has expired" },
  ],
};

/** Time-stamped by an authority that nobody here knows. */
export const strangeTime: SignatureReport = {
  ...stamped,
  level: "b-t",
  timestamp: null,
  time: { ...stamped.time, authority: "Zeitdienst Nord", trusted: false },
  findings: [
    {
      code: "timestamp_untrusted",
      severity: "info",
      message: "no path leads from the time-stamp's authority to a trust anchor",
    },
  ],
};

/** Of a kind that this version does not know. */
export const unknownKind: SignatureReport = {
  ...anas,
  signer: "",
  issuer: "",
  level: "",
  subfilter: "adbe.x509.rsa_sha1",
  intact: false,
  trusted: false,
  headline: "identity_unconfirmed",
  indication: "indeterminate",
  subIndication: "FORMAT_FAILURE",
  document: { answer: "unknown", findings: [] },
  identity: { answer: "not_checked", path: [], anchor: null, revocation: [], findings: [] },
  time: { ...anas.time, answer: "none", at: null, claimedAt: null },
  signingTime: null,
  findings: [
    {
      code: "sub_filter_not_supported",
      severity: "caution",
      message: "the sub filter adbe.x509.rsa_sha1 is not supported",
    },
  ],
};

export const CHANGES: Modification[] = [
  { code: "page_changed", message: "page 1 was changed", name: null, page: 1 },
  {
    code: "annotations_changed",
    message: "annotations on page 1 were added, removed or changed",
    name: null,
    page: 1,
  },
  {
    code: "pages_changed",
    message: "pages were added, removed or reordered",
    name: null,
    page: null,
  },
];

/** Signed, then changed by somebody. */
export const changed: SignatureReport = {
  ...stamped,
  coverage: "revision",
  headline: "changed",
  document: { answer: "changed", findings: [] },
  modifications: CHANGES,
};

export const allowed: SignatureReport = {
  ...stamped,
  coverage: "revision",
  headline: "valid_changed_as_allowed",
  document: { answer: "changed_as_allowed", findings: [] },
};

export const broken: SignatureReport = {
  ...stamped,
  intact: false,
  headline: "broken",
  indication: "total_failed",
  subIndication: "HASH_FAILURE",
  document: { answer: "broken", findings: [] },
  findings: [
    {
      code: "digest_mismatch",
      severity: "refusal",
      message: "the digest in the signature is not the file's",
    },
  ],
};

/** A file whose revisions are told by who signed them; `null` for one that nobody did. */
export function history(...signed: (string | null)[]): RevisionReport[] {
  return signed.map((signedBy, at) => ({
    index: at + 1,
    bytes: 1_861_632 + at * 24_000,
    signedBy,
    what: [],
    allowed: true,
  }));
}

/** A second revision that nobody signed, by what it did. */
export function unsigned(what: Modification[], allowed = true): RevisionReport {
  return { index: 2, bytes: 1_900_000, signedBy: null, what, allowed };
}

/** A revision that only brought what keeps a signature provable. */
export const proof: Modification = {
  code: "proof_added",
  message: "proof for the long term was added, or nothing that is shown",
  name: null,
  page: null,
};

/** A form field that somebody filled. */
export const filled: Modification = {
  code: "field_filled",
  message: "the form field Delivery was filled",
  name: "Delivery",
  page: null,
};

/** Twenty people signed one after the other. */
export const twenty: Validation = {
  headline: "valid_changed_as_allowed",
  signatures: Array.from({ length: 19 }, (_, at) => ({
    ...(at === 18 ? stamped : allowed),
    field: `Approver ${at + 1}`,
    signer: at % 3 === 0 ? "Ana Ruiz" : `Approver number ${at + 1} of the harbour board`,
  })),
  revisions: history(null, ...Array.from({ length: 19 }, (_, at) => `Approver ${at + 1}`)),
};

/** Two versions that look the same. */
export const same: Comparison = { from: 1, to: 2, pagesBefore: 3, pagesAfter: 3, pages: [] };

/** Two versions that look different on two pages. */
export const different: Comparison = {
  ...same,
  pages: [
    {
      page: 1,
      width: 595,
      height: 842,
      places: [
        { x: 120, y: 560, width: 200, height: 24 },
        { x: 120, y: 440, width: 120, height: 24 },
      ],
      printed: [],
      notDrawn: null,
    },
    {
      page: 3,
      width: 595,
      height: 842,
      places: [{ x: 0, y: 0, width: 595, height: 842 }],
      printed: [],
      notDrawn: null,
    },
    {
      page: 2,
      width: 595,
      height: 842,
      places: [],
      printed: [{ x: 120, y: 560, width: 200, height: 24 }],
      notDrawn: null,
    },
  ],
};
