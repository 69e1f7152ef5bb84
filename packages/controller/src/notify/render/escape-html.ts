const NAMED: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for HTML elements and quoted attributes. The result contains no markup. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (one) => NAMED[one] ?? one);
