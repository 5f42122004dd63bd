/** A picture that would lose more than a third when it fills the window is better shown whole. */
const CROP_RATIO_MAX = 1.5;

interface Size {
  width: number;
  height: number;
}

/** Return how a picture goes into a box: fill it, or be seen whole. */
export function fitOf(picture: Size, box: Size): "cover" | "contain" {
  if (!picture.width || !picture.height || !box.width || !box.height) return "cover";
  const ratio = picture.width / picture.height / (box.width / box.height);
  return Math.max(ratio, 1 / ratio) > CROP_RATIO_MAX ? "contain" : "cover";
}
