import {setFlagsFromString} from 'node:v8'

/**
 * Keeps V8's young generation at its first size, for a process that makes records by the million and lets go of each
 * at once: they die before they are copied, and the fewer places they die in, the better the caches hold. Measured:
 * 40 MB less and no slower. Call it before much is allocated.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
