import type { Backend } from "./backend";
import type { Failure } from "./error";
import type { Identity } from "./generated/Identity";
import type { OpenedDocument } from "./generated/OpenedDocument";
import type { Status } from "./generated/Status";
import type { Validation } from "./generated/Validation";

/** The secret that the backend in memory takes for right. */
export const SECRET = "correct horse battery";

export const agreement: OpenedDocument = {
  id: "d1",
  name: "Crane maintenance agreement.pdf",
  outputName: "Crane maintenance agreement-signed.pdf",
  bytes: 1_843_200,
  pages: 3,
  firstPage: { width: 595, height: 842 },
  signatures: 0,
  findings: [],
};

export const ana: Identity = {
  login: "ana",
  name: "Ana Ruiz",
  email: "ana@example.org",
  organisation: "Meridian Harbour Trust",
  validUntil: 1_836_604_800,
  status: "active",
  wrongTries: 0,
  waitUntil: null,
};

export const valid: Validation = {
  headline: "valid",
  signatures: [
    {
      field: "Signature1",
      signer: "Ana Ruiz",
      issuer: "Meridian Harbour Trust",
      level: "b-b",
      subfilter: "ETSI.CAdES.detached",
      intact: true,
      trusted: true,
      coverage: "whole_file",
      modifications: [],
      signingTime: 1_795_513_327,
      timestamp: null,
      headline: "valid",
      findings: [],
      page: 1,
      rect: { x: 310, y: 68, width: 225, height: 66 },
    },
  ],
};

export const ready: Status = {
  organisation: {
    name: "Meridian Harbour Trust",
    assurance: "trial",
    assuranceReason: "software token",
  },
  token: { state: "ready", detail: "keys proven just now" },
};

export const noOrganisation: Status = {
  organisation: null,
  token: { state: "not_set_up", detail: "" },
};

/** What the backend in memory answers with; tests change single answers. */
export interface Answers {
  documents: OpenedDocument[];
  identities: Identity[];
  status: Status;
  validation: Validation;
  refusal: Failure | null;
}

const BLANK =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="595" height="842"><rect width="595" height="842" fill="#fff"/></svg>',
  );

/** A backend without a shell: for tests and for looking at screens in a browser. */
export function memory(changed: Partial<Answers> = {}): Backend {
  const answers: Answers = {
    documents: [agreement],
    identities: [ana],
    status: ready,
    validation: valid,
    refusal: null,
    ...changed,
  };
  const wrong: Failure = { code: "wrong_secret", message: "the secret is not right", detail: "" };
  return {
    openedDocuments: async () => answers.documents,
    chooseDocument: async () => agreement,
    closeDocument: async () => {},
    pageSize: async () => ({ width: 595, height: 842 }),
    identities: async () => answers.identities,
    chooseOutput: async () => ({ name: "contract-signed.pdf", folder: "Contracts" }),
    async signDocument(request) {
      if (answers.refusal) throw answers.refusal;
      if (request.secret !== SECRET) throw wrong;
      const document = { ...agreement, id: "d2", name: agreement.outputName, signatures: 1 };
      return { document, validation: answers.validation };
    },
    validateDocument: async () => answers.validation,
    showInFolder: async () => {},
    copyPath: async () => {},
    status: async () => answers.status,
    onOpened: async () => {},
    onRefused: async () => {},
    pageUrl: () => BLANK,
    appearanceUrl: () => BLANK,
  };
}
