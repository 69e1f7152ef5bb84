/**
 * Escapes text for ServiceNow's journal fields (work notes, comments), which show HTML between `[code]` and `[/code]`:
 * https://www.servicenow.com/docs/r/australia/platform-administration/render-journal-field-entries-as-html.html. The
 * result contains no such tags.
 */
export const escapeJournal = (text: string): string => text.replace(/\[(?=\s*\/?\s*code)/gi, "(");
