import type { OpenedDocument } from "../../ipc/generated/OpenedDocument";
import type { Placement } from "../../ipc/generated/Placement";
import type { Rect } from "../../ipc/generated/Rect";
import type { SignatureField } from "../../ipc/generated/SignatureField";

/** A box on a page. */
export interface Spot {
  page: number;
  rect: Rect;
}

/** A field that is shown on a page. */
export type ShownField = SignatureField & Spot;

/** What the form's author calls a field, or else its name. */
export function called(field: SignatureField): string {
  return field.label || field.name;
}

/** The fields of a document that wait for a signature, in the order they are read. */
export function emptyFields(document: OpenedDocument): SignatureField[] {
  const height = ({ page, rect }: SignatureField): number =>
    (page ?? Infinity) * 1e6 - (rect?.y ?? 0);
  return document.fields
    .filter(({ signed }) => !signed)
    .sort((one, other) => height(one) - height(other) || 0);
}

/** Letters and digits alone, without accents, so that "Ana-Ruíz" and "ana ruiz" are one. */
function plain(text: string): string {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "");
  return bare
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The one field that is called after a person; none if several are. */
export function named(fields: SignatureField[], person: string): SignatureField | null {
  const name = plain(person);
  if (name === "") return null;
  const [one, another] = fields.filter((field) =>
    [field.label ?? "", field.name].some((words) => ` ${plain(words)} `.includes(` ${name} `)),
  );
  return one && !another ? one : null;
}

/** Whether a field is shown somewhere. */
export function isShown(field: SignatureField): field is ShownField {
  return (
    field.page !== null && field.rect !== null && field.rect.width > 0 && field.rect.height > 0
  );
}

/** Where a placement is shown, if it is. */
export function spot(placement: Placement | null, fields: SignatureField[]): Spot | null {
  if (placement?.kind === "box") return { page: placement.page, rect: placement.rect };
  if (placement?.kind !== "field") return null;
  const field = fields.find(({ name }) => name === placement.name);
  return field && isShown(field) ? { page: field.page, rect: field.rect } : null;
}

/** Boxes that share less than this (in points) on either side only touch. */
const TOUCH = 1;

function overlap(one: Rect, other: Rect): boolean {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const along = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return across > TOUCH && along > TOUCH;
}

/** The field that a drawn box lies over, a signed one before an empty one. */
export function collision(
  placement: Placement | null,
  fields: SignatureField[],
): ShownField | null {
  if (placement?.kind !== "box") return null;
  const hit = fields
    .filter(isShown)
    .filter(({ page, rect }) => page === placement.page && overlap(rect, placement.rect));
  return hit.find(({ signed }) => signed) ?? hit[0] ?? null;
}
