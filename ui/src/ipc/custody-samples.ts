// What the pages "Keys & HSM", "Backup" and "Signatures" are shown with.

import type { BackupMade } from "./generated/BackupMade";
import type { BackupState } from "./generated/BackupState";
import type { BackupVerified } from "./generated/BackupVerified";
import type { KeysAndHsm } from "./generated/KeysAndHsm";
import type { ModuleChange } from "./generated/ModuleChange";
import type { Rotation } from "./generated/Rotation";
import type { SignatureSettings } from "./generated/SignatureSettings";
import type { TimestampAnchor } from "./generated/TimestampAnchor";

const DAY = 86_400;
const now = (): number => Math.floor(Date.now() / 1000);

/** No rotation. */
export const still: Rotation = {
  phase: "none",
  current: "wk-1",
  from: null,
  to: null,
  moved: 0,
  toMove: 0,
  toReplace: 0,
  remaining: [],
  masters: ["wk-1"],
};

/** A rotation under way from wk-1 to wk-2. */
export const moving: Rotation = {
  phase: "running",
  current: "wk-2",
  from: "wk-1",
  to: "wk-2",
  moved: 812,
  toMove: 1188,
  toReplace: 3,
  remaining: ["ana.ruiz", "ben.solheim", "m.ortiz"],
  masters: ["wk-1", "wk-2"],
};

export const keysAndHsm = (): KeysAndHsm => ({
  signing: {
    state: "ready",
    detail: "every key gave its known answer, and the master its canary",
    lastTest: { at: now() - 4, passed: true, milliseconds: 86 },
    canaryMicroseconds: 3200,
    label: "chancery-signing",
    model: "SoftHSM project SoftHSM v2",
    objects: 9,
  },
  issuing: {
    state: "ready",
    detail: "the keys of the CA and of the notary signed, and the signatures verify",
    lastTest: null,
    canaryMicroseconds: null,
    label: "chancery-issuing",
    model: "SoftHSM project SoftHSM v2",
    objects: 4,
  },
  masters: [{ label: "wk-1", state: "in_force", records: 239 }],
  rotation: still,
  pin: "keyring",
  changed: [],
});

/** Both tokens while keys move. */
export function turning(changed: Partial<Rotation> = {}): KeysAndHsm {
  const rotation = { ...moving, ...changed };
  const prepared = rotation.phase === "prepared";
  return {
    ...keysAndHsm(),
    masters: [
      {
        label: "wk-1",
        state: prepared ? "in_force" : "leaving",
        records: rotation.toMove + rotation.toReplace,
      },
      { label: "wk-2", state: prepared ? "next" : "in_force", records: rotation.moved },
    ],
    rotation,
  };
}

export const changedModule: ModuleChange = {
  path: "/usr/lib/softhsm/libsofthsm2.so",
  accepted: "5d1e77a2c3f0486b9912e4d0a7c35b689c417be022d85f13a06ed7c418b940fa",
  found: "0be2f6a9d47318c5b1c0e94f7a62d3855e9a0d41f7b86c2390ad57e1c4f83b26",
};

export const proven = (): BackupState => ({
  made: now() - 2 * DAY,
  folder: "chancery-backup-20261124-093000Z",
  verified: now() - 2 * DAY + 240,
  old: false,
  soPins: "gone",
  tokenFiles: true,
  residentKeys: false,
});

export const backupMade = (): BackupMade => ({
  folder: "chancery-backup-20261126-103000Z",
  at: now(),
  people: 239,
  keys: 251,
  leaves: 128_417,
  tokenFiles: true,
  soPins: true,
  recordsFile: "chancery-backup-20261126-103000Z-records-secret.txt",
  tokensFile: "chancery-backup-20261126-103000Z-tokens-secret.txt",
  together: false,
});

export const backupVerified = (): BackupVerified => ({
  at: now() - 600,
  people: 239,
  keys: 251,
  leaves: 128_417,
  tokenFiles: true,
  canaryMicroseconds: 3400,
  peopleSince: 0,
  leavesSince: 3,
});

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

export const anchor = (): TimestampAnchor => ({
  entry: PEM,
  subject: "Harbour Time Root CA",
  sha256: "b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184",
  notAfter: now() + 3650 * DAY,
  further: 0,
  fault: null,
});

export const signatureSettings = (): SignatureSettings => ({
  owner: "organisation",
  level: "b-lt",
  timestampAuthorities: ["http://time.meridian.example/tsa", "https://stamp.example/rfc3161"],
  timestampAnchors: [anchor()],
  localAuthorities: ["pki.meridian.internal"],
});

export const unset = (): SignatureSettings => ({
  owner: "person",
  level: null,
  timestampAuthorities: [],
  timestampAnchors: [],
  localAuthorities: [],
});
