import type { IconName } from "../../components/Icon.svelte";
import type { TokenState } from "../../ipc/generated/TokenState";

/** The shape and tone of a token's state; its word is beside it. */
export const shapes: Record<TokenState, [IconName, string]> = {
  ready: ["s-good", "good"],
  degraded: ["s-caution", "bad"],
  locked: ["lock", "bad"],
  unreachable: ["s-bad", "bad"],
  not_set_up: ["ring", "muted"],
};
