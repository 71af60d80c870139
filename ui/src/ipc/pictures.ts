// Pictures for a browser without a shell: pages that can be told apart, and a look of a signature.

function picture(width: number, height: number, content: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function words(x: number, y: number, size: number, text: string, more = ""): string {
  return `<text x="${x}" y="${y}" font-family="Liberation Serif, serif" font-size="${size}" fill="#1b1d21" ${more}>${text}</text>`;
}

function lines(from: number, count: number, indent = 0): string {
  return Array.from({ length: count }, (_, line) => {
    const short = line === count - 1 ? 180 : 0;
    return `<rect x="${60 + indent}" y="${from + line * 15}" width="${475 - indent - short}" height="5" fill="#c9ced5"/>`;
  }).join("");
}

function first(): string {
  const clauses = [0, 1, 2, 3, 4].map((clause) => {
    const top = 195 + clause * 84;
    return words(60, top + 6, 11, String(clause + 1), 'font-weight="700"') + lines(top, 4, 20);
  });
  const party = (x: number, name: string, who: string): string =>
    words(x, 678, 10, name, 'font-weight="700"') +
    `<rect x="${x}" y="766" width="219" height="0.7" fill="#6b7075"/>` +
    words(x, 778, 8.6, who);
  return [
    words(60, 60, 9.5, "MERIDIAN HARBOUR TRUST", 'font-weight="700" letter-spacing="0.9"'),
    words(535, 60, 8.6, "Agreement No. CM-2026-117", 'text-anchor="end"'),
    '<rect x="60" y="72" width="475" height="1" fill="#1b1d21"/>',
    words(60, 112, 19, "Crane Maintenance Agreement", 'font-weight="700"'),
    lines(132, 3),
    ...clauses,
    party(60, "For the Contractor", "Jonas Weber, Managing Director"),
    party(315, "For the Trust", "Ana Ruiz, Head of Contracts"),
  ].join("");
}

/** A page: the first of an agreement, and annexes. */
export function page(number: number): string {
  const content =
    number === 1
      ? first()
      : words(60, 90, 19, `Annex ${number - 1}`) + lines(120, 12) + lines(330, 8);
  return picture(595, 842, `<rect width="595" height="842" fill="#fff"/>${content}`);
}

/** A look. */
export function stamp(
  width: number,
  height: number,
  reason: string | null,
  look: string | null,
): string {
  const text = (y: number, size: number, said: string): string =>
    `<text x="12" y="${y}" font-family="Liberation Sans, sans-serif" font-size="${size}" fill="#14283f">${said}</text>`;
  const middle = height / 2;
  const border =
    look === "framed"
      ? `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" fill="none" stroke="#888"/>`
      : "";
  if (look === "name-only") return picture(width, height, text(middle + 5, 14, "Ana Ruiz"));
  return picture(
    width,
    height,
    border +
      text(middle - 5, 14, "Ana Ruiz") +
      text(middle + 9, 8, "Meridian Harbour Trust") +
      text(middle + 20, 8, reason ?? "24 Nov 2026, 10:42 CET"),
  );
}
