// What the pages of reports say of times, sizes and states.

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const number = new Intl.NumberFormat(undefined);

export const states = { queued: "Waiting", pending: "Waiting", processing: "Being made", completed: "Done", failed: "Failed", cancelled: "Cancelled" };
export const formats = { pdf: "PDF", html: "Web page", md: "Markdown", json: "JSON" };

export const isActive = (report) => ["queued", "pending", "processing"].includes(report.status);
export const at = (time) => moment.format(new Date(time));
export const on = (time) => day.format(new Date(time));
export const count = (value) => number.format(value);

export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 999500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function span(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

// When it will be there, as far as that is known.
export function outlook(report) {
  const place = report.queue_position ? `Number ${report.queue_position} in the queue` : "";
  if (!report.estimated_completion) return place;
  const left = (new Date(report.estimated_completion) - Date.now()) / 1000;
  const soon = left < 5 ? "done any moment" : `done in about ${span(left)}`;
  return place ? `${place}, ${soon}` : soon.charAt(0).toUpperCase() + soon.slice(1);
}

// A file's address through which a browser saves it.
export function fileOf(report, format) {
  return `/api/reports/${report.id}/download?format=${format}`;
}
