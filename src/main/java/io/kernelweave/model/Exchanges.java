package io.kernelweave.model;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.Redaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/**
 * A file of what a model's server was asked and what it answered, JSON Lines: {@code {"request": digest of what was asked, "asked":
 * …, "status": …, "answered": …}}. Requests that it holds are answered from it, byte for byte the same each time; others are
 * asked, and added if they were answered, or refused for their form. Headers, where the key is, are not kept, and secrets in
 * texts are redacted. A line that is not what its digest says is refused, and the rest is used.
 */
final class Exchanges implements HttpClient {
    /** Marks an answer that cost nothing. */
    static final String REPLAYED = "x-replayed";

    private record Exchange(String request, JsonNode asked, int status, JsonNode answered) {
        SuccessfulHttpResponse replay() {
            if (status / 100 != 2) {
                throw new HttpException(status, answered.isString() ? answered.stringValue() : Json.compact(answered));
            }
            return SuccessfulHttpResponse.builder()
                    .statusCode(status)
                    .headers(Map.of("Content-Type", List.of("application/json"), REPLAYED, List.of("true")))
                    .body(Json.compact(answered))
                    .build();
        }
    }

    private final Path file;
    private final HttpClient server;
    private final boolean offline;
    private final Map<String, Exchange> known = new ConcurrentHashMap<>();
    private final List<String> refusals = new ArrayList<>();

    /**
     * @param server who is asked what the file does not hold
     * @param offline whether nobody is
     */
    Exchanges(Path file, HttpClient server, boolean offline) {
        this.file = file;
        this.server = server;
        this.offline = offline;
        if (Files.exists(file)) {
            load();
        } else if (offline) {
            throw InputException.at(file.toString(), "there is no such file", "record exchanges first");
        }
    }

    private void load() {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "name a file of exchanges");
        }
        for (int i = 0; i < lines.size(); i++) {
            String where = file + " line " + (i + 1);
            if (lines.get(i).isBlank()) {
                continue;
            }
            try {
                Exchange exchange = Json.parse(lines.get(i), Exchange.class, where);
                if (exchange.asked == null
                        || exchange.answered == null
                        || !Digest.of(exchange.asked).equals(exchange.request)) {
                    throw InputException.at(where, "is not what its digest says", "record it again");
                }
                known.putIfAbsent(exchange.request, exchange);
            } catch (InputException e) {
                refusals.add(e.getMessage());
            }
        }
    }

    /** A line for each that is not used. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        JsonNode asked = Redaction.redact(Json.parse(request.body(), "request"));
        String digest = Digest.of(asked);
        Exchange recorded = known.get(digest);
        if (recorded != null) {
            return recorded.replay();
        }
        if (offline) {
            throw new EndpointHttp.Unreachable("nothing was recorded for this request in " + file.getFileName());
        }
        try {
            SuccessfulHttpResponse answer = server.execute(request);
            JsonNode answered = json(answer.body());
            if (answered.isString()) {
                return answer; // rubbish: nothing that is worth being said again
            }
            keep(new Exchange(digest, asked, answer.statusCode(), answered));
            return SuccessfulHttpResponse.builder()
                    .statusCode(answer.statusCode())
                    .headers(Map.of("Content-Type", List.of("application/json")))
                    .body(Json.compact(answered))
                    .build();
        } catch (HttpException e) {
            if (isComplaint(e.statusCode())) {
                keep(new Exchange(digest, asked, e.statusCode(), json(String.valueOf(e.getMessage()))));
            }
            throw e;
        }
    }

    /** Does a status say that it is the request's form which the server does not take? */
    static boolean isComplaint(int status) {
        return status == 400 || status == 422;
    }

    private static JsonNode json(String body) {
        JsonNode answered;
        try {
            answered = Json.parse(body, "answer");
        } catch (InputException e) {
            answered = Json.tree(body);
        }
        return Redaction.redact(answered);
    }

    private void keep(Exchange exchange) {
        append(exchange);
        known.putIfAbsent(exchange.request, exchange);
    }

    private synchronized void append(Exchange exchange) {
        byte[] line = (Json.compact(exchange) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            try (FileChannel channel = FileChannel.open(
                            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                long end = channel.size();
                ByteBuffer last = ByteBuffer.allocate(1);
                if (end > 0 && channel.read(last, end - 1) == 1 && last.get(0) != '\n') {
                    end += channel.write(ByteBuffer.wrap(new byte[] {'\n'}), end); // a crash left half a line
                }
                for (ByteBuffer bytes = ByteBuffer.wrap(line); bytes.hasRemaining(); ) {
                    end += channel.write(bytes, end);
                }
                channel.force(true);
            }
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be written: " + e.getMessage(), "name another file");
        }
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("answers are taken whole");
    }
}
