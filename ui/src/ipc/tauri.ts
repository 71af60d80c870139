import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Appearance, Backend } from "./backend";
import type { Failure } from "./error";
import type { LockedDocument } from "./generated/LockedDocument";
import type { OpenedDocument } from "./generated/OpenedDocument";
import type { SigningProgress } from "./generated/SigningProgress";

function address(name: string, query: Record<string, string | number | null>): string {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== "") words.set(key, String(value));
  }
  return `${convertFileSrc(name, "pdf")}?${words}`;
}

/** The backend in the window: commands of the shell. */
export const tauri: Backend = {
  openedDocuments: () => invoke("opened_documents"),
  chooseDocument: () => invoke("choose_document"),
  unlockDocument: (request) => invoke("unlock_document", { request }),
  closeDocument: (document) => invoke("close_document", { document }),
  pageInk: (document, page) => invoke("page_ink", { document, page }),
  pageSizes: (document, first, count) => invoke("page_sizes", { document, first, count }),
  chooseOutput: (document) => invoke("choose_output", { document }),
  gatherEvidence: (request) => invoke("gather_evidence", { request }),
  signDocument: (request) => invoke("sign_document", { request }),
  cancelSigning: (requestId) => invoke("cancel_signing", { requestId }),
  validateDocument: (document) => invoke("validate_document", { document }),
  trustOffer: (document, field) => invoke("trust_offer", { document, field }),
  trustIssuer: (document, field, sha256, language) =>
    invoke("trust_issuer", { document, field, sha256, language }),
  trustedIssuers: () => invoke("trusted_issuers"),
  forgetIssuer: (sha256) => invoke("forget_issuer", { sha256 }),
  openRevision: (document, bytes) => invoke("open_revision", { document, bytes }),
  saveRevision: (document, bytes, index) => invoke("save_revision", { document, bytes, index }),
  compareRevision: (document, index) => invoke("compare_revision", { document, index }),
  saveReport: (document, form, language) => invoke("save_report", { document, form, language }),
  showInFolder: (document) => invoke("show_in_folder", { document }),
  copyPath: (document) => invoke("copy_path", { document }),
  status: () => invoke("status"),
  signatureSettings: () => invoke("signature_settings"),
  setOwnSettings: (request) => invoke("set_own_settings", { request }),
  chooseTimestampAnchors: () => invoke("choose_timestamp_anchors"),
  identities: () => invoke("identities"),
  cards: () => invoke("cards"),
  chooseCardModule: () => invoke("choose_card_module"),
  looks: () => invoke("looks"),
  activate: (request) => invoke("activate", { request }),
  changeSecret: (request) => invoke("change_secret", { request }),
  secretStrength: (secret, words) => invoke("secret_strength", { secret, words }),
  suspendOwnKey: (request) => invoke("suspend_own_key", { request }),
  openAdministration: () => invoke("open_administration"),
  async onOpened(heard) {
    await listen<OpenedDocument>("document-opened", ({ payload }) => heard(payload));
  },
  async onLocked(heard) {
    await listen<LockedDocument>("document-locked", ({ payload }) => heard(payload));
  },
  async onRefused(heard) {
    await listen<{ name: string; error: Failure }>("document-refused", ({ payload }) =>
      heard(payload.name, payload.error),
    );
  },
  async onProgress(heard) {
    await listen<SigningProgress>("signing-progress", ({ payload }) => heard(payload));
  },
  pageUrl: (document, page, scale) => address("page", { document, page, scale }),
  appearanceUrl: (appearance: Appearance, scale) => address("appearance", { ...appearance, scale }),
};
