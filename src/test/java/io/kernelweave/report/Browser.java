package io.kernelweave.report;

import static java.util.Objects.requireNonNull;

import io.kernelweave.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A headless Chromium with one page, driven by the DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    /** What the page wrote to its console, and what it was refused. */
    private final List<String> complaints = new java.util.concurrent.CopyOnWriteArrayList<>();

    private String session = "";

    private Browser(Process process, String address) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .join();
    }

    /** The program; empty where there is none. */
    static Optional<String> program() {
        return List.of("chromium", "chromium-browser", "google-chrome", "chrome").stream()
                .flatMap(name -> List.of(requireNonNull(System.getenv("PATH")).split(":")).stream()
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** Starts one with an empty page. */
    static Browser start(String program, Path profile) throws IOException {
        Process process = new ProcessBuilder(
                        program,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.contains("DevTools listening on ")) {
                Thread drain = new Thread(() -> said.lines().forEach(rest -> {}));
                drain.setDaemon(true);
                drain.start();
                Browser browser = new Browser(process, line.substring(line.indexOf("ws://")));
                browser.attach();
                return browser;
            }
        }
        throw new IOException("the browser did not start");
    }

    private void attach() {
        String target = call("Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asString();
        session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asString();
        call("Page.enable", Map.of());
        call("Runtime.enable", Map.of());
        call("Log.enable", Map.of());
        call("Network.enable", Map.of());
    }

    /** A command of the protocol and its result. */
    JsonNode call(String method, Map<String, ?> parameters) {
        int id = number.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        ObjectNode message = Json.object().put("id", id).put("method", method);
        message.set("params", Json.tree(parameters));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(Json.compact(message), true).join();
        JsonNode response = answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        if (response.has("error")) {
            throw new IllegalStateException(method + ": " + response.path("error"));
        }
        return response.path("result");
    }

    /** Opens a page and waits until a script says that it is so. */
    void open(Path file, String fragment, String isReady) {
        call("Page.navigate", Map.of("url", file.toUri() + fragment));
        until("location.href !== 'about:blank' && (" + isReady + ")");
    }

    void until(String condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!evaluate("(() => { try { return Boolean(" + condition + "); } catch (e) { return false; } })()")
                .asBoolean(false)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("did not become true: " + condition + "; " + complaints);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The value of an expression. */
    JsonNode evaluate(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    String text(String expression) {
        return evaluate(expression).asString("");
    }

    /** Presses a key, such as {@code j}, {@code Enter} or {@code ArrowDown}. */
    void press(String key) {
        ObjectNode down = Json.object().put("type", "keyDown").put("key", key);
        if (key.length() == 1) {
            down.put("text", key);
        } else {
            int code = Map.of(
                            "Enter", 13, "Escape", 27, "ArrowDown", 40, "ArrowUp", 38, "End", 35, "Home", 36, "Tab", 9)
                    .get(key);
            down.put("windowsVirtualKeyCode", code).put("code", key);
            if (key.equals("Enter")) {
                down.put("text", "\r");
            }
        }
        call("Input.dispatchKeyEvent", Json.convert(down, Map.class, "key"));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    void type(String text) {
        call("Input.insertText", Map.of("text", text));
    }

    /** Looks as it does in light or dark, in a window of a size in CSS pixels. */
    void look(boolean dark, int width, int height) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** A picture (PNG) of what is seen. */
    byte[] picture() {
        return Base64.getDecoder()
                .decode(call("Page.captureScreenshot", Map.of("format", "png"))
                        .path("data")
                        .asString());
    }

    List<String> complaints() {
        return complaints;
    }

    @Override
    public void close() throws IOException {
        try {
            session = "";
            call("Browser.close", Map.of());
        } catch (RuntimeException e) {
            // it is gone already
        }
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                JsonNode json = Json.parseTrusted(message.toString());
                message.setLength(0);
                CompletableFuture<JsonNode> answer =
                        waiting.remove(json.path("id").asInt(-1));
                if (answer != null) {
                    answer.complete(json);
                } else {
                    note(json);
                }
            }
            from.request(1);
            return null;
        }

        private void note(JsonNode event) {
            JsonNode data = event.path("params");
            switch (event.path("method").asString("")) {
                case "Log.entryAdded" ->
                    complaints.add(data.path("entry").path("text").asString(""));
                case "Runtime.exceptionThrown" ->
                    complaints.add(data.path("exceptionDetails").toString());
                case "Network.requestWillBeSent" -> {
                    String url = data.path("request").path("url").asString("");
                    if (!url.startsWith("file:") && !url.startsWith("about:")) {
                        complaints.add("asks the network for " + url);
                    }
                }
                default -> {}
            }
        }
    }
}
