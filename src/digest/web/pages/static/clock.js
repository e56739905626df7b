// The clock runs down by the server's time, whatever this machine's says.
export function tick() {
  const read = () => document.querySelector("[data-until]");
  const started = performance.now();
  let base = read() ? Date.parse(read().dataset.now) : 0;
  setInterval(() => {
    const clock = read();
    if (!clock) return;
    base ||= Date.parse(clock.dataset.now) - (performance.now() - started);
    const left = Math.max(0, Math.floor((Date.parse(clock.dataset.until) - base - (performance.now() - started)) / 1000));
    if (left >= 172800) return;
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
    clock.textContent = hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
  }, 1000);
}
