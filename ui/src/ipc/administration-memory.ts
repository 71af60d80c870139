import type { AdministrationBackend } from "./administration";
import {
  anchor,
  backupMade,
  backupVerified,
  changedModule,
  keysAndHsm,
  proven,
  signatureSettings,
  turning,
} from "./custody-samples";
import type { Failure } from "./error";
import type { Administrator } from "./generated/Administrator";
import type { BackupMade } from "./generated/BackupMade";
import type { BackupState } from "./generated/BackupState";
import type { BackupVerified } from "./generated/BackupVerified";
import type { ErrorCode } from "./generated/ErrorCode";
import type { FoundedOrganisation } from "./generated/FoundedOrganisation";
import type { IdentityStatus } from "./generated/IdentityStatus";
import type { IssuedCode } from "./generated/IssuedCode";
import type { KeysAndHsm } from "./generated/KeysAndHsm";
import type { ModuleChange } from "./generated/ModuleChange";
import type { SignatureSettings } from "./generated/SignatureSettings";
import type { VerifiedLog } from "./generated/VerifiedLog";
import type { LogHead } from "./generated/LogHead";
import type { LogRow } from "./generated/LogRow";
import type { Overview } from "./generated/Overview";
import type { Person } from "./generated/Person";
import type { Probe } from "./generated/Probe";
import type { ProbedAttack } from "./generated/ProbedAttack";
import type { Status } from "./generated/Status";
import type { Play, Scene } from "./scene";

/** The secret that the backend in memory takes for right. */
export const SECRET = "correct horse battery";

/** The code that the backend in memory gives whomever is enrolled. */
export const CODE = "K7QF-92MX-4TDA-H6WP-7RJ3B-QX5TN";

const DAY = 86_400;
const now = (): number => Math.floor(Date.now() / 1000);

/** A file full of people, the first of whom is the only officer. */
function crowd(): Person[] {
  const first =
    "Ana Ben Camille Dimitar Élodie Femke Giulia Hana Inês Jiří Kjell Lucía Mette Noor".split(" ");
  const last =
    "Bakker Larsen Lefèvre Lindqvist Lopes Maas Marchetti Moreau Nilsen Novák Okafor Papadaki Pereira Petrov Ruiz Solheim Weber".split(
      " ",
    );
  const plain = (name: string): string =>
    name.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const states: IdentityStatus[] = ["active", "active", "active", "active", "active"];
  const people = Array.from({ length: first.length * last.length }, (_, index): Person => {
    const [given, family] = [first[index % first.length] ?? "", last[index % last.length] ?? ""];
    const login = `${plain(given)}.${plain(family)}`;
    return {
      account: index.toString(16).padStart(32, "0"),
      login,
      name: `${given} ${family}`,
      email: `${login}@meridian.example`,
      role: "signer",
      status: states[index % states.length] ?? "active",
      key: (["p256", "p256", "p384", "rsa3072"] as const)[index % 4] ?? "p256",
      origin: "generated",
      serial: (0x5f3a_9c41_7be0 + index * 7919).toString(16).padStart(32, "0"),
      validUntil: now() + (200 + ((index * 37) % 500)) * DAY,
      change: null,
    };
  });
  return [ortiz(), ...people].sort((one, other) => (one.login < other.login ? -1 : 1));
}

function ortiz(): Person {
  return {
    account: "f".repeat(32),
    login: "m.ortiz",
    name: "Marta Ortiz",
    email: "m.ortiz@meridian.example",
    role: "officer",
    status: "active",
    key: "p256",
    origin: "generated",
    serial: "3c0d4de21a774dd2b46e5cf9f0a14b02",
    validUntil: now() + 620 * DAY,
    change: null,
  };
}

/** The same people, some of whom are in every state there is. */
function colourful(): Person[] {
  const change = { at: now() - 22 * DAY, by: "m.ortiz", note: "lost laptop" };
  const changes: Record<string, Partial<Person>> = {
    "ana.bakker": { validUntil: now() + 12 * DAY + 60 },
    "ana.lefevre": { status: "not_activated" },
    "ana.lindqvist": { status: "suspended", change },
    "ana.lopes": { status: "revoked", change: { ...change, note: "left on 1 November" } },
    "ana.maas": { status: "expired", validUntil: now() - 3 * DAY },
    "ana.marchetti": {
      status: "damaged",
      key: null,
      origin: null,
      serial: null,
      validUntil: null,
    },
    "ana.moreau": { status: "suspended", change: { ...change, by: null, note: "my bag is gone" } },
    "ana.nilsen": { change: { ...change, note: "laptop found again" } },
    "ana.novak": { status: "suspended", change },
  };
  return crowd().map((person) => ({ ...person, ...changes[person.login] }));
}

export const officer: Administrator = {
  login: "m.ortiz",
  name: "Marta Ortiz",
  idleSeconds: 300,
  secondsLeft: 300,
};

const organisation = {
  name: "Meridian Harbour Trust",
  assurance: "trial",
  setBy: "software_token",
} as const;

const ready: Status = { organisation, token: { state: "ready", detail: "keys proven just now" } };

function logRows(): LogRow[] {
  const row = {
    kind: "outcome",
    erased: false,
    edited: false,
    officer: null,
    outcome: "done" as const,
    note: null,
    documents: 1,
    intent: null,
  };
  return [
    { ...row, index: 128_419, at: now() - 60, act: "sign", login: "ana.moreau" },
    {
      ...row,
      index: 128_417,
      at: now() - 900,
      act: "sign",
      login: "ana.novak",
      outcome: "wrong_secret",
    },
    {
      ...row,
      index: 128_415,
      at: now() - 7200,
      act: "suspend",
      login: "ana.novak",
      officer: "m.ortiz",
      note: "lost laptop",
    },
    {
      ...row,
      index: 128_412,
      at: now() - DAY,
      act: null,
      login: null,
      outcome: null,
      erased: true,
    },
  ];
}

function overview(): Overview {
  return {
    organisation,
    fingerprint: "9c417be022d85f13a06ed7c418b940fa5d1e77a2c3f0486b9912e4d0a7c35b68",
    token: {
      state: "ready",
      detail: "every key gave its known answer, and the master its canary",
      lastTest: { at: now() - 130, passed: true, milliseconds: 86 },
      canaryMicroseconds: 3200,
      label: "chancery-signing",
      model: "SoftHSM project SoftHSM v2",
      objects: 9,
    },
    people: crowd().length,
    leaves: 128_417,
    revocationList: { number: 42, at: now() - 5 * 3600, entries: 3 },
    backupMade: now() - 2 * DAY,
    backupVerified: now() - 2 * DAY + 240,
    rotation: {
      phase: "none",
      current: "wk-1",
      from: null,
      to: null,
      moved: 0,
      toMove: 0,
      toReplace: 0,
      remaining: [],
      masters: ["wk-1"],
    },
    notices: ["one_officer", "software_token"],
  };
}

const SAMPLE_TIME = now() - 26 * DAY;

/** A soft token as it is probed: only A5 is open. */
function probe(): Probe {
  const attack = (
    id: string,
    detail: string,
    verdict: ProbedAttack["verdict"] = "defeated",
  ): ProbedAttack => ({ id, verdict, detail });
  return {
    profile: {
      version: 1,
      at: SAMPLE_TIME,
      officer: officer.login,
      moduleSha256: "5d1e77a2c3f0486b9912e4d0a7c35b689c417be022d85f13a06ed7c418b940fa",
      moduleUnchanged: true,
      label: "chancery-signing",
      model: "SoftHSM project SoftHSM v2",
      saysHardware: false,
      declaredHardware: false,
      grade: "B",
      attacks: [
        attack(
          "A1",
          "throw-away master: C_DecryptInit (CKM_AES_ECB, CKM_AES_CBC) CKR_KEY_FUNCTION_NOT_PERMITTED",
        ),
        attack(
          "A2",
          "master in use: C_UnwrapKey (EXTRACTABLE=T, SENSITIVE=F) CKR_TEMPLATE_INCONSISTENT",
        ),
        attack(
          "A3",
          "master in use: C_UnwrapKey (as GENERIC_SECRET, as AES) CKR_TEMPLATE_INCONSISTENT",
        ),
        attack(
          "A4",
          "master in use: C_UnwrapKey (first byte changed, random bytes) CKR_GENERAL_ERROR",
        ),
        attack(
          "A5",
          "newborn key: C_WrapKey under a key of the caller's (CKM_AES_KEY_WRAP) CKR_OK",
          "open",
        ),
        attack(
          "A6",
          "throw-away master: C_SetAttributeValue (DECRYPT=T, DERIVE=T) CKR_ACTION_PROHIBITED",
        ),
        attack(
          "A7",
          "master in use: C_DeriveKey (CKM_AES_CBC_ENCRYPT_DATA) CKR_KEY_FUNCTION_NOT_PERMITTED",
        ),
        attack("A8", "master in use: C_WrapKey (under itself) CKR_KEY_UNEXTRACTABLE"),
        attack(
          "A12",
          "master in use: C_UnwrapKey (CKM_AES_CBC, CKM_AES_KEY_WRAP) CKR_MECHANISM_INVALID",
        ),
        attack(
          "A13",
          "the token lists neither CKM_AES_GCM nor CKM_AES_CCM for wrapping",
          "not_applicable",
        ),
        attack(
          "A14",
          "master in use: C_WrapKey (a key made by C_CreateObject) CKR_KEY_NOT_WRAPPABLE",
        ),
        attack("A15", "look-alike of the pepper: C_Sign (known answer) another one"),
        attack("A16", "throw-away master: C_DestroyObject (DESTROYABLE=F) CKR_ACTION_PROHIBITED"),
        attack(
          "A19",
          "pepper-1: C_SignInit (CKM_SHA256_HMAC_GENERAL of one byte) CKR_MECHANISM_INVALID",
        ),
      ],
      issuing: {
        moduleSha256: "5d1e77a2c3f0486b9912e4d0a7c35b689c417be022d85f13a06ed7c418b940fa",
        moduleUnchanged: true,
        label: "chancery-issuing",
        model: "SoftHSM project SoftHSM v2",
        saysHardware: false,
        attacks: [
          attack("A6", "ca-1: C_SetAttributeValue (LABEL as it is) CKR_ACTION_PROHIBITED"),
          attack("A7", "ca-1: C_GetAttributeValue (DERIVE=F) reads back so"),
          attack("A8", "ca-1: C_WrapKey under a key of the caller's CKR_KEY_UNEXTRACTABLE"),
          attack("A15", "look-alike of a signing key: the proof of a login (alone) refuses it"),
          attack("A16", "throw-away signing key: C_DestroyObject CKR_ACTION_PROHIBITED"),
        ],
      },
      mechanism: { name: "CKM_AES_KEY_WRAP_PAD", number: 0x210a, rfc: 5649 },
      wrapMechanisms: ["CKM_AES_KEY_WRAP", "CKM_AES_KEY_WRAP_PAD", "CKM_RSA_PKCS"],
      missing: [
        {
          missing: "trusted",
          detail: "C_GenerateKey (master, TRUSTED=T) CKR_ATTRIBUTE_READ_ONLY",
        },
      ],
    },
    assurance: "trial",
    setBy: "software_token",
    limits: [
      "software_token",
      "open_at_birth",
      "pin_on_desktops",
      "pin_can_be_changed",
      "phrase",
      "libraries_not_hashed",
    ],
    required: null,
  };
}

/** A token that gives keys away, and whose module was changed after the probe. */
function unsafeProbe(): Probe {
  const good = probe();
  const { profile } = good;
  if (!profile) return good;
  const attacks = profile.attacks.map((attack): ProbedAttack =>
    attack.id === "A2" || attack.id === "A14" ? { ...attack, verdict: "open" } : attack,
  );
  return {
    ...good,
    profile: {
      ...profile,
      grade: "D",
      moduleUnchanged: false,
      attacks,
      issuing: null,
      mechanism: null,
      missing: [
        { missing: "unwrap_template", detail: "C_GenerateKey (master) CKR_ATTRIBUTE_TYPE_INVALID" },
        ...profile.missing,
      ],
    },
    setBy: "keys_given_away",
    limits: [
      "software_token",
      "not_probed",
      "issuing_not_probed",
      "attack_open",
      "open_at_birth",
      "pin_can_be_changed",
    ],
    required: "basic",
  };
}

/** Keys stay on hardware of the organisation's: nothing is wrapped, and no secret is part of a key. */
function residentProbe(): Probe {
  const good = probe();
  const { profile } = good;
  if (!profile) return good;
  const kept = ["A15", "A16", "A19"];
  const attacks = profile.attacks.map((attack): ProbedAttack =>
    kept.includes(attack.id)
      ? attack
      : { ...attack, verdict: "not_applicable", detail: "no key is wrapped here" },
  );
  return {
    ...good,
    profile: { ...profile, grade: "A", attacks, mechanism: null, wrapMechanisms: [] },
    assurance: "basic",
    setBy: "resident_keys",
    limits: ["resident_keys", "pin_on_desktops", "pin_can_be_changed", "libraries_not_hashed"],
  };
}

/** What the backend in memory answers with. */
export interface Answers {
  status: Status;
  /** Who is logged in when the window opens. */
  administrator: Administrator | null;
  people: Person[];
  overview: Overview;
  probe: Probe;
  keysAndHsm: KeysAndHsm;
  /** Modules that are in the way of every login. */
  modules: ModuleChange[];
  backup: BackupState;
  /** What making one is answered with; none where no place is chosen. */
  backupMade: BackupMade | null;
  backupVerified: BackupVerified | null;
  settings: SignatureSettings;
  log: LogRow[];
  logHead: LogHead;
  verified: VerifiedLog;
  founded: FoundedOrganisation;
  /** What is refused, by the name of the method. */
  refusals: Partial<Record<keyof AdministrationBackend, Failure>>;
  /** What never answers. */
  silent: (keyof AdministrationBackend)[];
}

/** What a command rejects with, by its code. */
export function refusal(code: ErrorCode, detail = ""): Failure {
  return { code, message: code, detail };
}

/** A backend without a shell, and a hand on its lock. */
export interface Memory extends AdministrationBackend {
  /** Ends the login as the shell does it. */
  lock(): void;
}

/** A backend without a shell: for tests and for looking at screens in a browser. */
export function memory(changed: Partial<Answers> = {}): Memory {
  const answers: Answers = {
    status: ready,
    administrator: officer,
    people: crowd(),
    overview: overview(),
    probe: probe(),
    keysAndHsm: keysAndHsm(),
    modules: [],
    backup: proven(),
    backupMade: backupMade(),
    backupVerified: backupVerified(),
    settings: signatureSettings(),
    log: logRows(),
    logHead: {
      note: "chancery/9c417be0\n128417\n…",
      leaves: 128_417,
      later: 3,
      fingerprint: "128417 9c41 7be0 22d8 5f13 a06e d7c4 18b9 40fa",
      notarised: true,
      days: 1,
    },
    verified: {
      whole: true,
      leaves: 128_420,
      heads: 128_980,
      records: 342,
      firstBreak: null,
      findings: [],
    },
    founded: {
      fingerprint: overview().fingerprint,
      notices: [
        "this organisation uses a software token: whoever can read its files and a PIN has every key; it is for trial",
        "there is one officer: no four eyes, and a forgotten secret of the officer can only be mended from a backup",
        "no keyring service answered: the signing PIN lies in a private file outside the organisation's folder",
      ],
    },
    refusals: {},
    silent: [],
    ...changed,
  };
  let held = answers.administrator;
  let heard: () => void = () => {};

  /** Answers as it is told to: not at all, with a refusal, or as it would. */
  async function answer<T>(method: keyof AdministrationBackend, work: () => T): Promise<T> {
    if (answers.silent.includes(method)) await new Promise(() => {});
    const refused = answers.refusals[method];
    // The one refusal that comes after the deed.
    if (refused?.code === "list_not_written") work();
    if (refused) throw refused;
    return work();
  }

  /** Answers only an officer. */
  function office<T>(method: keyof AdministrationBackend, work: () => T): Promise<T> {
    return answer(method, () => {
      if (!held) throw refusal("not_logged_in");
      return work();
    });
  }

  function change(login: string, changes: Partial<Person>): Person {
    const found = answers.people.find((person) => person.login === login);
    if (!found) throw refusal("no_such_person");
    const person = { ...found, ...changes };
    answers.people = answers.people.map((one) => (one.login === login ? person : one));
    return person;
  }

  function note(text: string): Pick<Person, "change"> {
    return { change: { at: now(), by: held?.login ?? null, note: text } };
  }

  function issued({ login, name, key }: Person): IssuedCode {
    return {
      login,
      name,
      code: CODE,
      expires: now() + 7 * DAY,
      key: key ?? "p256",
      certificateSha256: "4f0e9b7d1c2a58e6030f77d2b4a9c1e85d6604aa1b90c3f27e18d5b2a6c9f043",
    };
  }

  return {
    lock() {
      held = null;
      heard();
    },
    status: () => answer("status", () => answers.status),
    secretStrength: (secret) =>
      answer("secretStrength", () => ({
        accepted: secret.length >= 12 && !/^\d+$/.test(secret),
        guessesLog10: Math.min(secret.length * 0.75, 16),
      })),
    foundOrganisation: ({ login, name, email }) =>
      answer("foundOrganisation", () => {
        answers.people = [{ ...ortiz(), login, name, email }];
        return answers.founded;
      }),
    administrator: () => answer("administrator", () => held),
    logIn: ({ login, secret }) =>
      answer("logIn", () => {
        const person = answers.people.find((one) => one.login === login);
        if (!person) throw refusal("no_such_person");
        if (person.role !== "officer") throw refusal("not_an_officer");
        if (secret !== SECRET) throw refusal("wrong_secret");
        held = { ...officer, login, name: person.name };
        return held;
      }),
    logOut: () =>
      answer("logOut", () => {
        held = null;
      }),
    stay: () => office("stay", () => held ?? officer),
    overview: () => office("overview", () => answers.overview),
    testToken: () =>
      office("testToken", () => {
        const lastTest = { at: now(), passed: true, milliseconds: 79 };
        return { ...answers.overview.token, lastTest };
      }),
    tokenProfile: () => office("tokenProfile", () => answers.probe),
    probeToken: () =>
      office("probeToken", () => {
        const { profile } = answers.probe.profile ? answers.probe : probe();
        answers.probe = { ...answers.probe, profile: profile && { ...profile, at: now() } };
        return answers.probe;
      }),
    keysAndHsm: () => office("keysAndHsm", () => answers.keysAndHsm),
    rotation: () => office("rotation", () => answers.keysAndHsm.rotation),
    rotateMaster: ({ step }) =>
      office("rotateMaster", () => {
        const { rotation } = answers.keysAndHsm;
        const seen: Record<typeof step, KeysAndHsm> = {
          prepare: turning({ phase: "prepared", current: "wk-1", moved: 0, toMove: 0 }),
          start: turning({ ...rotation, phase: "running", moved: 2000, toMove: 0 }),
          resume: turning({ ...rotation, phase: "running", moved: 2000, toMove: 0 }),
          pause: turning({ ...rotation, phase: "paused" }),
          finish: {
            ...keysAndHsm(),
            masters: [
              { label: "wk-1", state: "retired", records: 0 },
              { label: "wk-2", state: "in_force", records: 2003 },
            ],
            rotation: { ...rotation, phase: "finished", from: null, to: null },
          },
        };
        answers.keysAndHsm = seen[step];
        return answers.keysAndHsm.rotation;
      }),
    replaceOwnKey: ({ secret }) =>
      office("replaceOwnKey", () => {
        if (secret !== SECRET) throw refusal("wrong_secret");
        const { rotation } = answers.keysAndHsm;
        const remaining = rotation.remaining.filter((login) => login !== held?.login);
        answers.keysAndHsm = turning({ ...rotation, remaining, toReplace: remaining.length });
        return change(held?.login ?? "", {});
      }),
    tidyToken: () => office("tidyToken", () => []),
    changedModules: () => answer("changedModules", () => answers.modules),
    acceptModules: ({ login, secret }) =>
      answer("acceptModules", () => {
        if (secret !== SECRET) throw refusal("wrong_secret");
        if (login === "") throw refusal("no_such_person");
        answers.modules = [];
        answers.keysAndHsm = { ...answers.keysAndHsm, changed: [] };
        delete answers.refusals.logIn;
      }),
    setSigningPin: () =>
      answer("setSigningPin", () => {
        delete answers.refusals.logIn;
        return "keyring";
      }),
    backupState: () => office("backupState", () => answers.backup),
    createBackup: ({ secret }) =>
      office("createBackup", () => {
        if (secret !== SECRET) throw refusal("wrong_secret");
        const made = answers.backupMade;
        if (made) {
          answers.backup = { ...answers.backup, made: now(), folder: made.folder, verified: null };
        }
        return made;
      }),
    verifyBackup: () =>
      office("verifyBackup", () => {
        if (answers.backupVerified) answers.backup = { ...answers.backup, verified: now() };
        return answers.backupVerified;
      }),
    exportLog: () =>
      office("exportLog", () => ({
        file: "chancery-log-20261126-103000Z.jsonl",
        proof: "chancery-log-20261126-103000Z.jsonl.proof",
        leaves: 128_421,
        head: "128421 9c41 7be0 22d8 5f13 a06e d7c4 18b9 40fa",
      })),
    proveEvent: ({ index }) =>
      office("proveEvent", () => ({
        name: `chancery-log-20261126-103000Z-event-${index}.json`,
        folder: "proofs",
      })),
    signatureSettings: () => answer("signatureSettings", () => answers.settings),
    setSignatureSettings: (request) =>
      office("setSignatureSettings", () => {
        const known = [...answers.settings.timestampAnchors, anchor()];
        answers.settings = {
          ...answers.settings,
          ...request,
          timestampAnchors: request.timestampAnchors.flatMap(
            (entry) => known.find((one) => one.entry === entry) ?? [],
          ),
        };
        return answers.settings;
      }),
    chooseTimestampAnchors: () =>
      answer("chooseTimestampAnchors", () => [
        { ...anchor(), entry: "-----BEGIN another", subject: "Second Harbour Time CA" },
      ]),
    people: ({ search, after, limit }) =>
      office("people", () => {
        const words = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
        const begins = (person: Person, word: string): boolean =>
          `${person.login} ${person.name} ${person.email}`
            .toLowerCase()
            .split(/[\s.@]+/)
            .concat(person.login)
            .some((part) => part.startsWith(word));
        const found = answers.people.filter((person) =>
          words.every((word) => begins(person, word)),
        );
        const rest = after === null ? found : found.filter(({ login }) => login > after);
        const people = rest.slice(0, limit);
        const next = rest.length > limit ? (people.at(-1)?.login ?? null) : null;
        return { total: found.length, people, next };
      }),
    readLog: ({ person, act, from, until }) =>
      office("readLog", () => {
        const rows = answers.log.filter(
          (row) =>
            (act === null || row.act === act) &&
            (from === null || row.at >= from) &&
            (until === null || row.at <= until) &&
            (person === null || `${row.login} ${row.officer}`.includes(person)),
        );
        return { total: answers.log.length, rows, next: null };
      }),
    logHead: () => office("logHead", () => answers.logHead),
    verifyLog: () => office("verifyLog", () => answers.verified),
    enrolPerson: ({ login, name, email, key }) =>
      office("enrolPerson", () => {
        if (answers.people.some((one) => one.login === login)) throw refusal("login_taken");
        const [account, role, status] = [`e${login}`, "signer", "not_activated"] as const;
        const validUntil = now() + 730 * DAY;
        const serial = "7d21c06f5a9e4b33";
        const change = null;
        const person = {
          account,
          login,
          name,
          email,
          role,
          status,
          key,
          origin: "generated" as const,
          serial,
          validUntil,
          change,
        };
        answers.people = [...answers.people, person].sort((a, b) => (a.login < b.login ? -1 : 1));
        return issued(person);
      }),
    resetPerson: ({ login }) =>
      office("resetPerson", () => issued(change(login, { status: "not_activated", change: null }))),
    suspendPerson: ({ login, note: text }) =>
      office("suspendPerson", () => change(login, { status: "suspended", ...note(text) })),
    resumePerson: ({ login, note: text }) =>
      office("resumePerson", () => change(login, { status: "active", ...note(text) })),
    revokePerson: ({ login, note: text }) =>
      office("revokePerson", () => change(login, { status: "revoked", ...note(text) })),
    printPage: () => answer("printPage", () => {}),
    async onLocked(listener) {
      heard = listener;
    },
  };
}

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
