import { administration } from "./en/administration";
import { changes } from "./en/changes";
import { errors } from "./en/errors";
import { findings } from "./en/findings";
import { keeping } from "./en/keeping";
import { preflight } from "./en/preflight";
import { validation } from "./en/validation";
import { window } from "./en/window";

/** Every sentence of both windows in English; the keys are those of all catalogues. */
export const en = {
  ...window,
  ...administration,
  ...findings,
  ...keeping,
  ...preflight,
  ...errors,
  ...changes,
  ...validation,
} as const;

export type Key = keyof typeof en;
