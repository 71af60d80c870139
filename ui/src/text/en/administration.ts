/** Every sentence of the administrator's window in English. */
export const administration = {} as const;
