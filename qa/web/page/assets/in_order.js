// Gradio hands on what an answer brings by a timer while the page is in view, and at once while it is not. When the page
// goes out of view in between, the later part comes first and the answer is lost. So to gradio it stays in view.
Object.defineProperty(document, 'visibilityState', { get: () => 'visible' });
