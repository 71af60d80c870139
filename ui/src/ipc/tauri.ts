import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Appearance, Backend } from "./backend";
import type { Failure } from "./error";
import type { OpenedDocument } from "./generated/OpenedDocument";

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
  closeDocument: (document) => invoke("close_document", { document }),
  pageSizes: (document, first, count) => invoke("page_sizes", { document, first, count }),
  identities: () => invoke("identities"),
  chooseOutput: (document) => invoke("choose_output", { document }),
  signDocument: (request) => invoke("sign_document", { request }),
  validateDocument: (document) => invoke("validate_document", { document }),
  showInFolder: (document) => invoke("show_in_folder", { document }),
  copyPath: (document) => invoke("copy_path", { document }),
  status: () => invoke("status"),
  async onOpened(heard) {
    await listen<OpenedDocument>("document-opened", ({ payload }) => heard(payload));
  },
  async onRefused(heard) {
    await listen<{ name: string; error: Failure }>("document-refused", ({ payload }) =>
      heard(payload.name, payload.error),
    );
  },
  pageUrl: (document, page, scale) => address("page", { document, page, scale }),
  appearanceUrl: (appearance: Appearance, scale) => address("appearance", { ...appearance, scale }),
};
