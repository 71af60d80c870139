import type { Identity } from "../../ipc/generated/Identity";

const DAY = 86_400;

/** How near the end of a certificate is: nothing to say, soon, very soon, past. */
export type Nearness = "far" | "soon" | "very-soon" | "past";

/** Days before the end from which it is said, and from which it is said more strongly. */
export const [SOON, VERY_SOON] = [30, 7];

/** Whole days that a certificate is still good for, and how near that is. */
export function nearness(
  { validUntil }: Identity,
  now: number,
): { days: number; nearness: Nearness } {
  if (validUntil === null) return { days: Infinity, nearness: "far" };
  const days = Math.floor((validUntil - now) / DAY);
  if (validUntil <= now) return { days: 0, nearness: "past" };
  return { days, nearness: days <= VERY_SOON ? "very-soon" : days <= SOON ? "soon" : "far" };
}

/** Seconds until the next try is judged; zero if it is judged now. */
export function waiting({ waitUntil }: Identity, now: number): number {
  return waitUntil === null ? 0 : Math.max(Math.ceil(waitUntil - now), 0);
}

/** A length of time as a clock shows it: `1:05`, `1:00:00`. */
export function countdown(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number: number): string => String(number).padStart(2, "0");
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
