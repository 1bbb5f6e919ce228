// Days as text, "2026-03-01". Pure.

/** The day so many days later. */
export function plusDays(day: string, days: number) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}
