import type { administration as en } from "../en/administration";

/** Every sentence of the administrator's window in German. */
export const administration: Record<keyof typeof en, string> = {};
