package io.kernelweave.report;

import java.util.Map;

/** What a page or figure says, and the template that says how. */
record View(String template, Map<String, Object> model) {}
