/** Waits for a condition, however slow the machine; fails after so long. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 45_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`did not come true within ${ms} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
