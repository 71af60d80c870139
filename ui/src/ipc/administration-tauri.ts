import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { AdministrationBackend } from "./administration";

/** The backend in the window: commands of the shell. */
export const tauri: AdministrationBackend = {
  status: () => invoke("status"),
  secretStrength: (secret, words) => invoke("secret_strength", { secret, words }),
  foundOrganisation: (request) => invoke("found_organisation", { request }),
  administrator: () => invoke("administrator"),
  logIn: (request) => invoke("administrator_log_in", { request }),
  logOut: () => invoke("administrator_log_out"),
  stay: () => invoke("administrator_stay"),
  overview: () => invoke("overview"),
  testToken: () => invoke("test_token"),
  tokenProfile: () => invoke("token_profile"),
  probeToken: () => invoke("probe_token"),
  keysAndHsm: () => invoke("keys_and_hsm"),
  rotation: () => invoke("rotation"),
  rotateMaster: (request) => invoke("rotate_master", { request }),
  replaceOwnKey: (request) => invoke("replace_own_key", { request }),
  tidyToken: () => invoke("tidy_token"),
  changedModules: () => invoke("changed_modules"),
  acceptModules: (request) => invoke("accept_modules", { request }),
  setSigningPin: (request) => invoke("set_signing_pin", { request }),
  backupState: () => invoke("backup_state"),
  createBackup: (request) => invoke("create_backup", { request }),
  verifyBackup: (request) => invoke("verify_backup", { request }),
  exportLog: () => invoke("export_log"),
  proveEvent: (request) => invoke("prove_event", { request }),
  signatureSettings: () => invoke("signature_settings"),
  setSignatureSettings: (request) => invoke("set_signature_settings", { request }),
  chooseTimestampAnchors: () => invoke("choose_timestamp_anchors"),
  people: (request) => invoke("people", { request }),
  readLog: (request) => invoke("read_log", { request }),
  logHead: () => invoke("log_head"),
  verifyLog: () => invoke("verify_log"),
  enrolPerson: (request) => invoke("enrol_person", { request }),
  resetPerson: (request) => invoke("reset_person", { request }),
  suspendPerson: (request) => invoke("suspend_person", { request }),
  resumePerson: (request) => invoke("resume_person", { request }),
  revokePerson: (request) => invoke("revoke_person", { request }),
  printPage: () => invoke("print_page"),
  async onLocked(heard) {
    await listen("administrator-locked", () => heard());
  },
};
