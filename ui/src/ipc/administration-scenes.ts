// What the administrator's window can be looked at in.

import type { Answers } from "./administration-memory";
import {
  backupMade,
  changedModule,
  keysAndHsm,
  proven,
  signatureSettings,
  turning,
} from "./custody-samples";
import type { Overview } from "./generated/Overview";
import type { Play, Scene } from "./scene";
import {
  SECRET,
  DAY,
  now,
  ortiz,
  colourful,
  officer,
  overview,
  probe,
  unsafeProbe,
  residentProbe,
  refusal,
} from "./administration-samples";

const unfounded: Partial<Answers> = {
  status: { organisation: null, token: { state: "not_set_up", detail: "" } },
  administrator: null,
};
const locked: Partial<Answers> = { administrator: null };

/** Answers with a token in another state. */
function token(state: Overview["token"]["state"], detail: string): Partial<Answers> {
  const look = overview();
  const lastTest = { at: now() - 40, passed: false, milliseconds: 5012 };
  return {
    overview: {
      ...look,
      token: { ...look.token, state, detail, lastTest, model: "", objects: null },
    },
  };
}

async function fillFounding(page: Play): Promise<void> {
  await page.type("found-organisation", "Meridian Harbour Trust");
  await page.type("found-name", "Marta Ortiz");
  await page.type("found-email", "m.ortiz@meridian.example");
  await page.type("found-secret", "correct horse battery staple");
}

async function logIn(page: Play, login: string, secret: string): Promise<void> {
  await page.type("login-login", login);
  await page.type("login-secret", secret);
  await page.click("login-deed");
}

async function enrol(page: Play, login?: string): Promise<void> {
  await page.click("nav-people");
  await page.click("enrol-one");
  await page.type("enrol-name", "Ingrid Solheim");
  await page.type("enrol-email", "ingrid.solheim@meridian.example");
  if (login !== undefined) await page.type("enrol-login", login);
}

async function open(page: Play, login: string): Promise<void> {
  await page.click("nav-people");
  await page.click(`row-${login}`);
  await page.find("person-state");
}

async function act(page: Play, login: string, name: string): Promise<void> {
  await open(page, login);
  await page.click(`act-${name}`);
  await page.find("act-form");
}

/** Opens the page of the token's attacks. */
async function probed(page: Play): Promise<void> {
  await page.click("nav-hsm");
  await page.find("assurance");
}

/** Answers with people in every state. */
const everyState = (): Partial<Answers> => ({ people: colourful() });

/** A person's panel. */
function person(login: string): Scene<Answers> {
  return { answers: everyState(), play: (page) => open(page, login) };
}

/** Opens a page, and waits for what stands on it. */
async function go(page: Play, to: string, there: string): Promise<void> {
  await page.click(`nav-${to}`);
  await page.find(there);
}

/** The pages "Keys & HSM", "Backup" and "Signatures", and what leaves the log. */
const custody: Record<string, Scene<Answers>> = {
  hsm: { answers: {}, play: (page) => go(page, "hsm", "masters") },
  "hsm-loading": {
    answers: { silent: ["keysAndHsm", "tokenProfile"] },
    play: (page) => page.click("nav-hsm"),
  },
  "hsm-refused": {
    answers: { refusals: { keysAndHsm: refusal("vault_fault", "disk image is malformed") } },
    play: (page) => go(page, "hsm", "error-line"),
  },
  "hsm-unreachable": {
    answers: {
      keysAndHsm: {
        ...keysAndHsm(),
        signing: {
          ...keysAndHsm().signing,
          state: "unreachable",
          detail: "the host process did not answer in 30 s",
          lastTest: { at: now() - 40, passed: false, milliseconds: 30_012 },
          canaryMicroseconds: null,
          model: "",
          objects: null,
        },
        pin: "file",
      },
    },
    play: (page) => go(page, "hsm", "masters"),
  },
  "hsm-resident": {
    answers: {
      keysAndHsm: {
        ...keysAndHsm(),
        masters: [],
        rotation: { ...keysAndHsm().rotation, current: "", masters: [] },
      },
      probe: residentProbe(),
    },
    play: (page) => go(page, "hsm", "masters"),
  },
  "hsm-module-changed": {
    answers: { keysAndHsm: { ...keysAndHsm(), changed: [changedModule] } },
    play: (page) => go(page, "hsm", "modules"),
  },
  "hsm-pin": {
    answers: {},
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("pin-change");
      await page.find("pin-form");
    },
  },
  "hsm-pin-kept": {
    answers: { refusals: { setSigningPin: refusal("pin_try_kept") } },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("pin-change");
      await page.type("pin-new", "123456");
      await page.click("pin-deed");
      await page.find("error-line");
    },
  },
  "hsm-pin-wrong": {
    answers: { refusals: { setSigningPin: refusal("token_pin_wrong") } },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("pin-change");
      await page.type("pin-new", "123456");
      await page.click("pin-deed");
      await page.find("error-line");
    },
  },
  "hsm-tidied": {
    answers: {},
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("tidy");
      await page.find("tidied");
    },
  },
  "rotate-prepare": {
    answers: {},
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-prepare");
      await page.type("prepare-typed", "wk-2");
      await page.click("prepare-deed");
      await page.find("prepare-typed-problem");
    },
  },
  "rotate-prepared": {
    answers: {
      keysAndHsm: turning({
        phase: "prepared",
        current: "wk-1",
        moved: 0,
        toMove: 41,
        toReplace: 239,
      }),
    },
    play: (page) => go(page, "hsm", "rotate-start"),
  },
  "rotate-start": {
    answers: {
      keysAndHsm: turning({
        phase: "prepared",
        current: "wk-1",
        moved: 0,
        toMove: 41,
        toReplace: 239,
      }),
    },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-start");
      await page.find("start-form");
    },
  },
  "rotate-moving": {
    answers: {
      keysAndHsm: turning({ phase: "paused" }),
      silent: ["rotateMaster"],
    },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-resume");
      await page.find("rotate-pause");
    },
  },
  "rotate-interrupted": {
    answers: { keysAndHsm: turning() },
    play: (page) => go(page, "hsm", "rotate-resume"),
  },
  "rotate-paused": {
    answers: { keysAndHsm: turning({ phase: "paused" }) },
    play: (page) => go(page, "hsm", "rotate-resume"),
  },
  "rotate-rekey": {
    answers: { keysAndHsm: turning({ moved: 2000, toMove: 0 }) },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-rekey");
      await page.type("rekey-secret", "a wrong secret");
      await page.click("rekey-deed");
      await page.find("error-line");
    },
  },
  "rotate-finish": {
    answers: { keysAndHsm: turning({ moved: 2003, toMove: 0, toReplace: 0, remaining: [] }) },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-finish");
      await page.find("finish-form");
    },
  },
  "rotate-refused": {
    answers: {
      keysAndHsm: turning({ phase: "paused" }),
      refusals: {
        rotateMaster: refusal("rotation_refused", "another process of this machine moves keys"),
      },
    },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-resume");
      await page.find("error-line");
    },
  },
  "rotate-finished": {
    answers: { keysAndHsm: turning({ moved: 2003, toMove: 0, toReplace: 0, remaining: [] }) },
    async play(page) {
      await go(page, "hsm", "masters");
      await page.click("rotate-finish");
      await page.type("finish-typed", "wk-1");
      await page.click("finish-deed");
      await page.find("rotate-prepare");
    },
  },
  "login-module-changed": {
    answers: {
      administrator: null,
      modules: [changedModule],
      refusals: { logIn: refusal("module_changed") },
    },
    async play(page) {
      await logIn(page, "m.ortiz", SECRET);
      await page.find("modules");
      await page.type("module-secret", SECRET);
      await page.type("module-four", "5d1e");
      await page.click("module-deed");
      await page.find("module-four-problem");
    },
  },
  "login-module-accepted": {
    answers: {
      administrator: null,
      modules: [changedModule],
      refusals: { logIn: refusal("module_changed") },
    },
    async play(page) {
      await logIn(page, "m.ortiz", SECRET);
      await page.find("modules");
      await page.type("module-secret", SECRET);
      await page.type("module-four", "0be2");
      await page.click("module-deed");
      await page.find("mended");
    },
  },
  "login-pin-changed": {
    answers: { administrator: null, refusals: { logIn: refusal("token_pin_wrong") } },
    async play(page) {
      await logIn(page, "m.ortiz", SECRET);
      await page.click("pin-change");
      await page.find("pin-form");
    },
  },
  backup: { answers: {}, play: (page) => go(page, "backup", "backup-state") },
  "backup-none": {
    answers: {
      backup: { ...proven(), made: null, folder: null, verified: null, soPins: "in_vault" },
    },
    play: (page) => go(page, "backup", "backup-state"),
  },
  "backup-unproven": {
    answers: { backup: { ...proven(), verified: null, soPins: "in_vault" } },
    play: (page) => go(page, "backup", "backup-state"),
  },
  "backup-old": {
    answers: { backup: { ...proven(), made: now() - 41 * DAY, old: true } },
    play: (page) => go(page, "backup", "backup-state"),
  },
  "backup-hardware": {
    answers: {
      backup: { ...proven(), soPins: "leaving", tokenFiles: false, residentKeys: true },
    },
    play: (page) => go(page, "backup", "backup-state"),
  },
  "backup-loading": {
    answers: { silent: ["backupState"] },
    play: (page) => page.click("nav-backup"),
  },
  "backup-refused": {
    answers: { refusals: { backupState: refusal("vault_fault", "no such file") } },
    play: (page) => go(page, "backup", "error-line"),
  },
  "backup-making": {
    answers: { silent: ["createBackup"] },
    async play(page) {
      await go(page, "backup", "backup-state");
      await page.type("backup-secret", SECRET);
      await page.click("backup-make-deed");
    },
  },
  "backup-made": {
    answers: { backupMade: { ...backupMade(), together: true } },
    async play(page) {
      await go(page, "backup", "backup-state");
      await page.type("backup-secret", SECRET);
      await page.click("backup-make-deed");
      await page.find("backup-made");
    },
  },
  "backup-make-refused": {
    answers: { refusals: { createBackup: refusal("secrets_together") } },
    async play(page) {
      await go(page, "backup", "backup-state");
      await page.type("backup-secret", SECRET);
      await page.click("backup-make-deed");
      await page.find("error-line");
    },
  },
  "backup-proving": {
    answers: { silent: ["verifyBackup"] },
    async play(page) {
      await go(page, "backup", "backup-state");
      await page.click("backup-prove-deed");
    },
  },
  "backup-proved": {
    answers: { backup: { ...proven(), verified: null } },
    async play(page) {
      await go(page, "backup", "backup-state");
      await page.click("backup-prove-deed");
      await page.find("backup-verified");
    },
  },
  "backup-unusable": {
    answers: { refusals: { verifyBackup: refusal("backup_unusable", "its vault is damaged") } },
    async play(page) {
      await go(page, "backup", "backup-state");
      await page.click("backup-prove-deed");
      await page.find("error-line");
    },
  },
  "audit-exported": {
    answers: {},
    async play(page) {
      await go(page, "audit", "log");
      await page.click("export");
      await page.find("exported");
    },
  },
  "audit-exporting": {
    answers: { silent: ["exportLog"] },
    async play(page) {
      await go(page, "audit", "log");
      await page.click("export");
    },
  },
  "audit-export-refused": {
    answers: { refusals: { exportLog: refusal("no_space", "No space left on device") } },
    async play(page) {
      await go(page, "audit", "log");
      await page.click("export");
      await page.find("error-line");
    },
  },
  "audit-proven": {
    answers: {},
    async play(page) {
      await go(page, "audit", "log");
      await page.click("prove-128419");
      await page.find("proven");
    },
  },
  settings: { answers: {}, play: (page) => go(page, "settings", "settings-form") },
  "settings-unset": {
    answers: {
      settings: {
        ...signatureSettings(),
        level: null,
        timestampAuthorities: [],
        timestampAnchors: [],
        localAuthorities: [],
      },
    },
    play: (page) => go(page, "settings", "settings-form"),
  },
  "settings-loading": {
    answers: { silent: ["signatureSettings"] },
    play: (page) => page.click("nav-settings"),
  },
  "settings-refused": {
    answers: { refusals: { signatureSettings: refusal("organisation_unreadable") } },
    play: (page) => go(page, "settings", "error-line"),
  },
  "settings-changed": {
    answers: {},
    async play(page) {
      await go(page, "settings", "settings-form");
      await page.type("settings-level", "b-lta");
      await page.click("authority-1-remove");
      await page.click("anchor-add");
      await page.find("anchor-1");
    },
  },
  "settings-wrong": {
    answers: {},
    async play(page) {
      await go(page, "settings", "settings-form");
      await page.type("authority-0", "ftp://time.meridian.example");
      await page.click("host-add");
      await page.type("host-1", "http://pki/");
      await page.click("settings-save");
      await page.find("host-1");
    },
  },
  "settings-saving": {
    answers: { silent: ["setSignatureSettings"] },
    async play(page) {
      await go(page, "settings", "settings-form");
      await page.type("settings-level", "b-lta");
      await page.click("settings-save");
    },
  },
  "settings-saved": {
    answers: {},
    async play(page) {
      await go(page, "settings", "settings-form");
      await page.type("settings-level", "b-lta");
      await page.click("settings-save");
      await page.find("settings-said");
    },
  },
  "settings-unusable": {
    answers: {
      refusals: { setSignatureSettings: refusal("settings_unusable", "http://a cannot be set") },
    },
    async play(page) {
      await go(page, "settings", "settings-form");
      await page.type("settings-level", "b-lta");
      await page.click("settings-save");
      await page.find("error-line");
    },
  },
};

/** What the window can be looked at in: `?memory=NAME` while developing. */
export const scenes: Record<string, Scene<Answers>> = {
  unfounded: { answers: unfounded },
  "found-filled": { answers: unfounded, play: fillFounding },
  "found-wrong": {
    answers: unfounded,
    async play(page) {
      await fillFounding(page);
      await page.type("found-login", "marta ortiz");
      await page.type("found-email", "m.ortiz");
      await page.click("found-deed");
    },
  },
  "found-busy": {
    answers: { ...unfounded, silent: ["foundOrganisation"] },
    async play(page) {
      await fillFounding(page);
      await page.click("found-deed");
    },
  },
  "found-refused": {
    answers: {
      ...unfounded,
      refusals: { foundOrganisation: refusal("part_missing", "libsofthsm2.so") },
    },
    async play(page) {
      await fillFounding(page);
      await page.click("found-deed");
      await page.find("error-line");
    },
  },
  founded: {
    answers: unfounded,
    async play(page) {
      await fillFounding(page);
      await page.click("found-deed");
      await page.find("fingerprint");
    },
  },
  unreachable: {
    answers: {
      administrator: null,
      status: {
        organisation: null,
        token: { state: "unreachable", detail: "organisation.json cannot be read: no such file" },
      },
    },
  },
  login: { answers: locked },
  "login-wrong": {
    answers: locked,
    async play(page) {
      await logIn(page, "m.ortiz", "a wrong secret");
      await page.find("error-line");
    },
  },
  "login-wait": {
    answers: { ...locked, refusals: { logIn: { ...refusal("wait"), until: now() + 95 } } },
    async play(page) {
      await logIn(page, "m.ortiz", "a wrong secret");
      await page.find("error-line");
    },
  },
  "login-not-an-officer": {
    answers: locked,
    async play(page) {
      await logIn(page, "ana.ruiz", SECRET);
      await page.find("error-line");
    },
  },
  "login-suspended": {
    answers: { ...locked, refusals: { logIn: refusal("suspended") } },
    async play(page) {
      await logIn(page, "m.ortiz", SECRET);
      await page.find("error-line");
    },
  },
  "login-busy": {
    answers: { ...locked, silent: ["logIn"] },
    play: (page) => logIn(page, "m.ortiz", SECRET),
  },
  "locked-code": {
    answers: {},
    async play(page) {
      await enrol(page);
      await page.click("enrol-deed");
      await page.find("code");
      await page.click("lock-now");
      await page.find("code-lost");
    },
  },
  probe: { answers: {}, play: probed },
  "probe-resident": { answers: { probe: residentProbe() }, play: probed },
  "probe-unsafe": { answers: { probe: unsafeProbe() }, play: probed },
  "probe-detail": {
    answers: {},
    async play(page) {
      await probed(page);
      await page.click("attack-A5");
    },
  },
  "probe-never": {
    answers: { probe: { ...probe(), profile: null, limits: ["software_token", "not_probed"] } },
    play: probed,
  },
  "probe-busy": {
    answers: { silent: ["probeToken"] },
    async play(page) {
      await probed(page);
      await page.click("probe-again");
    },
  },
  "probe-refused": {
    answers: { refusals: { tokenProfile: refusal("profile_unvouched") } },
    async play(page) {
      await page.click("nav-hsm");
      await page.find("error-line");
    },
  },
  ...custody,
  overview: { answers: {}, play: async (page) => void (await page.find("token-state")) },
  audit: {
    answers: {},
    async play(page) {
      await page.click("nav-audit");
      await page.find("log");
      await page.click("verify");
      await page.find("verdict");
    },
  },
  "audit-broken": {
    answers: {
      verified: {
        whole: false,
        leaves: 128_011,
        heads: 0,
        records: 0,
        firstBreak: {
          index: 128_011,
          login: null,
          what: "its MAC does not fit: it was edited, or written without the signing token",
        },
        findings: [],
      },
    },
    async play(page) {
      await page.click("nav-audit");
      await page.click("verify");
      await page.find("verdict");
    },
  },
  "overview-new": {
    answers: {
      people: [ortiz()],
      overview: {
        ...overview(),
        people: 1,
        leaves: 3,
        revocationList: null,
        notices: ["revocation_list_due", "one_officer", "pin_in_file", "software_token"],
      },
    },
    play: async (page) => void (await page.find("token-state")),
  },
  "overview-degraded": {
    answers: token("degraded", "the master unwraps under a weaker template"),
    play: async (page) => void (await page.find("token-state")),
  },
  "overview-locked": {
    answers: token("locked", "the PIN of token chancery-signing is locked"),
    play: async (page) => void (await page.find("token-state")),
  },
  "overview-unreachable": {
    answers: token("unreachable", "the host process did not answer in 5 s"),
    play: async (page) => void (await page.find("token-state")),
  },
  "overview-refused": {
    answers: { refusals: { overview: refusal("vault_fault", "database disk image is malformed") } },
    play: async (page) => void (await page.find("error-line")),
  },
  "idle-warning": {
    answers: { administrator: { ...officer, idleSeconds: 50, secondsLeft: 50 }, silent: ["stay"] },
    play: async (page) => void (await page.find("idle-warning")),
  },
  people: {
    answers: everyState(),
    async play(page) {
      await page.click("nav-people");
      await page.find("people-later");
    },
  },
  "people-found": {
    answers: everyState(),
    async play(page) {
      await page.click("nav-people");
      await page.type("people-search", "solheim");
      await page.find("row-ben.solheim");
    },
  },
  "people-none": {
    answers: everyState(),
    async play(page) {
      await page.click("nav-people");
      await page.type("people-search", "quasimodo");
      await page.find("people-none");
    },
  },
  "people-refused": {
    answers: { refusals: { people: refusal("busy", "the database is locked") } },
    async play(page) {
      await page.click("nav-people");
      await page.find("error-line");
    },
  },
  person: person("ana.nilsen"),
  "person-not-activated": person("ana.lefevre"),
  "person-suspended": person("ana.lindqvist"),
  "person-suspended-by-owner": person("ana.moreau"),
  "person-revoked": person("ana.lopes"),
  "person-expired": person("ana.maas"),
  "person-damaged": person("ana.marchetti"),
  "person-only-officer": {
    answers: {},
    async play(page) {
      await page.click("nav-people");
      await page.type("people-search", "ortiz");
      await page.click("row-m.ortiz");
      await page.find("acts-off");
    },
  },
  suspend: { answers: everyState(), play: (page) => act(page, "ana.nilsen", "suspend") },
  resume: { answers: everyState(), play: (page) => act(page, "ana.lindqvist", "resume") },
  revoke: {
    answers: everyState(),
    async play(page) {
      await act(page, "ana.nilsen", "revoke");
      await page.type("act-note", "laptop stolen on 3 November");
      await page.type("act-typed", "ana.nielsen");
      await page.click("act-deed");
      await page.find("act-typed-problem");
    },
  },
  "revoke-list-not-written": {
    answers: {
      ...everyState(),
      refusals: { revokePerson: refusal("list_not_written", "cannot write crl.der: disk full") },
    },
    async play(page) {
      await act(page, "ana.nilsen", "revoke");
      await page.type("act-note", "laptop stolen on 3 November");
      await page.type("act-typed", "ana.nilsen");
      await page.click("act-deed");
      await page.find("error-line");
    },
  },
  reset: { answers: everyState(), play: (page) => act(page, "ana.nilsen", "reset") },
  "reset-code": {
    answers: everyState(),
    async play(page) {
      await act(page, "ana.nilsen", "reset");
      await page.type("act-note", "forgot the secret, came in person");
      await page.type("act-typed", "ana.nilsen");
      await page.click("act-deed");
      await page.find("code");
    },
  },
  enrol: { answers: everyState(), play: (page) => enrol(page) },
  "enrol-wrong": {
    answers: everyState(),
    async play(page) {
      await enrol(page, "ingrid solheim");
      await page.click("enrol-deed");
      await page.find("enrol-login-problem");
    },
  },
  "enrol-taken": {
    answers: everyState(),
    async play(page) {
      await enrol(page, "ana.ruiz");
      await page.click("enrol-deed");
      await page.find("enrol-login-problem");
    },
  },
  "enrol-busy": {
    answers: { ...everyState(), silent: ["enrolPerson"] },
    async play(page) {
      await enrol(page);
      await page.type("enrol-key", "rsa4096");
      await page.click("enrol-deed");
    },
  },
  enrolled: {
    answers: everyState(),
    async play(page) {
      await enrol(page);
      await page.click("enrol-deed");
      await page.find("code");
    },
  },
  "enrolled-not-given": {
    answers: everyState(),
    async play(page) {
      await enrol(page);
      await page.click("enrol-deed");
      await page.find("code");
      await page.click("panel-close");
    },
  },
};
