/** Moves the focus to the next region of the window, or to the one before. */
export function nextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(shown);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const from = at < 0 && step < 0 ? 0 : at;
  for (let way = 1; way <= regions.length; way += 1) {
    const region = regions.at((from + step * way) % regions.length);
    const target = region && entrance(region);
    if (target) {
      target.focus();
      return;
    }
  }
}

function shown(region: HTMLElement): boolean {
  return getComputedStyle(region).display !== "none";
}

/** Where a region is entered: itself, or what can first be used in it. */
function entrance(region: HTMLElement): HTMLElement | null {
  if (region.tabIndex === 0) return region;
  const usable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  return (
    [...region.querySelectorAll<HTMLElement>(usable)].find(
      (one) => !one.matches(":disabled") && one.tabIndex >= 0,
    ) ?? null
  );
}
