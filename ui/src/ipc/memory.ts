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

function picture(width: number, height: number, content: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A page that can be told from the others: its number over some lines. */
function sheet(page: number): string {
  const lines = Array.from({ length: 24 }, (_, line) => {
    const width = line % 6 === 5 ? 260 : 475;
    return `<rect x="60" y="${150 + line * 22}" width="${width}" height="6" fill="#c4c9d0"/>`;
  });
  const title = `<text x="60" y="110" font-family="serif" font-size="24">Page ${page}</text>`;
  return picture(595, 842, `<rect width="595" height="842" fill="#fff"/>${title}${lines.join("")}`);
}

function stamp(width: number, height: number): string {
  const text = (y: number, size: number, words: string): string =>
    `<text x="12" y="${y}" font-family="sans-serif" font-size="${size}" fill="#14283f">${words}</text>`;
  const middle = height / 2;
  return picture(
    width,
    height,
    text(middle - 4, 14, "Ana Ruiz") + text(middle + 12, 8, "Meridian Harbour Trust"),
  );
}

/** What the window can be looked at in: `?memory=NAME` while developing. */
export const scenes: Record<string, Partial<Answers>> = {
  empty: { documents: [] },
  unfounded: { documents: [], identities: [], status: noOrganisation },
  signed: { documents: [{ ...agreement, signatures: 1 }] },
  forbids: {
    documents: [
      {
        ...agreement,
        signatures: 1,
        refusal: { code: "pdf_forbids", message: "certified, no changes allowed", detail: "" },
      },
    ],
  },
  broken: {
    documents: [{ ...agreement, signatures: 1 }],
    validation: {
      headline: "broken",
      signatures: valid.signatures.map((report) => ({
        ...report,
        intact: false,
        headline: "broken",
        modifications: ["The text of page 1 was changed."],
      })),
    },
  },
};

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
    pageSizes: async (_document, _first, count) =>
      Array.from({ length: count }, () => ({ width: 595, height: 842 })),
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
    pageUrl: (_document, page) => sheet(page),
    appearanceUrl: ({ width, height }) => stamp(width, height),
  };
}
