/** Where one's own picture may be. */
export const CORNERS = ["top-start", "top-end", "bottom-end", "bottom-start"] as const;

export type Corner = (typeof CORNERS)[number];

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Return the corner of `around` that the middle of `tile` is nearest to, where text runs from left to right. */
export function nearestCorner(tile: Box, around: Box): Corner {
  const atTop = tile.top + tile.height / 2 < around.top + around.height / 2;
  const atStart = tile.left + tile.width / 2 < around.left + around.width / 2;
  return `${atTop ? "top" : "bottom"}-${atStart ? "start" : "end"}`;
}

/** Return the next one, clockwise. */
export function nextCorner(corner: Corner): Corner {
  return CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? corner;
}

/** Return where an arrow key leads; null for any other key. */
export function cornerByKey(corner: Corner, key: string): Corner | null {
  const [vertical, horizontal] = corner.split("-") as ["top" | "bottom", "start" | "end"];
  if (key === "ArrowUp") return `top-${horizontal}`;
  if (key === "ArrowDown") return `bottom-${horizontal}`;
  if (key === "ArrowLeft") return `${vertical}-start`;
  if (key === "ArrowRight") return `${vertical}-end`;
  return null;
}
