/**
 * Between `[code]` and `[/code]` ServiceNow's journal fields (work notes, comments) show HTML:
 * https://www.servicenow.com/docs/r/australia/platform-administration/render-journal-field-entries-as-html.html. Nothing of `text` opens or closes such a part afterwards.
 */
export const escapeJournal = (text: string): string => text.replace(/\[(?=\s*\/?\s*code)/gi, "(");
