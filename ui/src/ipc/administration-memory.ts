import type { AdministrationBackend } from "./administration";
import {
  anchor,
  backupMade,
  backupVerified,
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
import type { FoundedOrganisation } from "./generated/FoundedOrganisation";
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
import type { Status } from "./generated/Status";
import {
  SECRET,
  CODE,
  DAY,
  now,
  crowd,
  ortiz,
  officer,
  ready,
  logRows,
  overview,
  probe,
  refusal,
} from "./administration-samples";

export { scenes } from "./administration-scenes";
export { CODE, officer, refusal, SECRET } from "./administration-samples";

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
