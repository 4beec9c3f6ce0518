/** Whether this is a device of touch alone, where Enter makes a line and nobody has shortcuts. */
export function isTouchOnly() {
  return matchMedia("(pointer: coarse)").matches && !matchMedia("(any-pointer: fine)").matches;
}
