import { administration } from "./de/administration";
import { changes } from "./de/changes";
import { errors } from "./de/errors";
import { findings } from "./de/findings";
import { keeping } from "./de/keeping";
import { preflight } from "./de/preflight";
import { validation } from "./de/validation";
import { window } from "./de/window";
import type { Key } from "./en";

/** Every sentence of both windows in German. */
export const de: Record<Key, string> = {
  ...window,
  ...administration,
  ...findings,
  ...keeping,
  ...preflight,
  ...errors,
  ...changes,
  ...validation,
};
