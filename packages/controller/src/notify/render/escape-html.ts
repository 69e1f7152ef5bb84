const NAMED: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML, in elements and in quoted attributes: nothing of it is markup. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (one) => NAMED[one] ?? one);
