// Whom and what the administrator's window is shown with.

import type { Failure } from "./error";
import type { Administrator } from "./generated/Administrator";
import type { ErrorCode } from "./generated/ErrorCode";
import type { IdentityStatus } from "./generated/IdentityStatus";
import type { LogRow } from "./generated/LogRow";
import type { Overview } from "./generated/Overview";
import type { Person } from "./generated/Person";
import type { Probe } from "./generated/Probe";
import type { ProbedAttack } from "./generated/ProbedAttack";
import type { Status } from "./generated/Status";

/** The secret that the backend in memory takes for right. */
export const SECRET = "correct horse battery";

/** The code that the backend in memory gives whomever is enrolled. */
export const CODE = "K7QF-92MX-4TDA-H6WP-7RJ3B-QX5TN";

export const DAY = 86_400;
export const now = (): number => Math.floor(Date.now() / 1000);

/** A file full of people, the first of whom is the only officer. */
export function crowd(): Person[] {
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

export function ortiz(): Person {
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
export function colourful(): Person[] {
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

export const organisation = {
  name: "Meridian Harbour Trust",
  assurance: "trial",
  setBy: "software_token",
} as const;

export const ready: Status = {
  organisation,
  token: { state: "ready", detail: "keys proven just now" },
};

export function logRows(): LogRow[] {
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

export function overview(): Overview {
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

export const SAMPLE_TIME = now() - 26 * DAY;

/** A soft token as it is probed: only A5 is open. */
export function probe(): Probe {
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
export function unsafeProbe(): Probe {
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
export function residentProbe(): Probe {
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

/** What a command rejects with, by its code. */
export function refusal(code: ErrorCode, detail = ""): Failure {
  return { code, message: code, detail };
}
