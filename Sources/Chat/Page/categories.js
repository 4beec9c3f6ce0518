// The seven categories of emotion.

import { hasText, t } from "./texts.js";

export const categories = ["happiness", "surprise", "neutral", "sadness", "fear", "anger", "disgust"];

export function categoryName(category) {
  const key = `emotion.category.${category}`;
  return hasText(key) ? t(key) : String(category ?? "");
}
