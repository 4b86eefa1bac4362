package io.kernelweave.model;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Proposer;
import io.kernelweave.trace.Redaction;
import io.kernelweave.verify.Judge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A language model behind a server that speaks OpenAI's chat completions: it proposes, and it judges. The key is sent to the
 * server and stands nowhere else: not in messages, not in what is recorded. Safe for use by many threads.
 */
public final class Endpoint implements Proposer, Judge {
    private static final int SHOWN = 200;

    /**
     * What it has cost until now.
     *
     * @param requests answers that came, replayed ones among them
     * @param replayed how many of them from the file of exchanges
     * @param retries attempts beyond the first
     * @param failed requests without an answer
     * @param uncounted answers whose server did not say how many tokens they took: then the other figures are lower bounds
     * @param inputTokens read, by answers that were not replayed
     * @param outputTokens written, by the same
     * @param cost of these tokens by the settings' prices
     */
    public record Usage(
            int requests,
            int replayed,
            int retries,
            int failed,
            int uncounted,
            long inputTokens,
            long outputTokens,
            double cost) {}

    private final String address;
    private final String modelName;
    private final @Nullable String key;
    private final EndpointSettings settings;
    private final EndpointHttp http;
    private final @Nullable Exchanges exchanges;
    private final OpenAiChatModel model;
    private volatile boolean takesSchemas = true;
    private Usage usage = new Usage(0, 0, 0, 0, 0, 0, 0, 0);

    private Endpoint(EndpointSettings settings, Map<String, String> environment) {
        this.settings = settings;
        this.address = settings.url(environment);
        this.modelName = settings.model(environment);
        this.key = settings.key(environment);
        this.http = new EndpointHttp(settings);
        this.exchanges = settings.exchanges() == null
                ? null
                : new Exchanges(Path.of(settings.exchanges()), http, settings.offline());
        this.model = OpenAiChatModel.builder()
                .httpClientBuilder(new Given(exchanges == null ? http : exchanges))
                .baseUrl(address)
                .apiKey(key)
                .modelName(modelName)
                .temperature(settings.temperature())
                .maxCompletionTokens(settings.maxTokens())
                .strictJsonSchema(false) // the check language is beyond the strict subset of JSON Schema
                .maxRetries(0)
                .build();
    }

    /**
     * The endpoint that settings and environment name; empty if they name none.
     *
     * @throws InputException if what they name cannot be used
     */
    public static Optional<Endpoint> open(EndpointSettings settings, Map<String, String> environment) {
        return settings.isPresent(environment) ? Optional.of(new Endpoint(settings, environment)) : Optional.empty();
    }

    /** The model and the settings that shape its answers. */
    @Override
    public String identity() {
        return modelName + "/"
                + Digest.of(settings.temperature() + " " + settings.maxTokens()).substring(0, 8);
    }

    /** The model's name and where it is, for people. */
    public String describe() {
        return settings.offline() ? modelName + ", replayed" : modelName + " at " + address;
    }

    /** What it has cost until now. */
    public synchronized Usage usage() {
        return new Usage(
                usage.requests,
                usage.replayed,
                http.retries(),
                usage.failed,
                usage.uncounted,
                usage.inputTokens,
                usage.outputTokens,
                usage.cost);
    }

    /** A line for each recorded exchange that cannot be used. */
    public List<String> refusals() {
        return exchanges == null ? List.of() : exchanges.refusals();
    }

    @Override
    public String answer(String task, String material, ObjectNode form) {
        List<ChatMessage> messages = List.of(SystemMessage.from(task), UserMessage.from(material));
        if (takesSchemas) {
            try {
                return ask(messages, form);
            } catch (HttpException complaint) {
                String answer = asked(messages); // what else is wrong with the request is wrong again
                takesSchemas = false;
                return answer;
            }
        }
        return asked(messages);
    }

    @Override
    public String answer(String question) {
        return asked(List.of(UserMessage.from(question)));
    }

    private String asked(List<ChatMessage> messages) {
        try {
            return ask(messages, null);
        } catch (HttpException e) {
            throw refused(e);
        }
    }

    /** @throws HttpException if the server refuses the form that is asked for, or anything else about the request */
    private String ask(List<ChatMessage> messages, @Nullable ObjectNode form) {
        ChatRequest.Builder request = ChatRequest.builder().messages(new ArrayList<>(messages));
        if (form != null) {
            request.responseFormat(ResponseFormat.builder()
                    .type(ResponseFormatType.JSON)
                    .jsonSchema(JsonSchema.builder()
                            .name("answer")
                            .rootElement(JsonRawSchema.from(Json.compact(form)))
                            .build())
                    .build());
        }
        ChatResponse response;
        try {
            response = model.chat(request.build());
        } catch (InputException e) {
            throw e;
        } catch (RuntimeException e) {
            throw problem(e, form != null);
        }
        count(response);
        if (response.finishReason() == FinishReason.LENGTH) {
            throw failure("its answer does not end within " + settings.maxTokens() + " tokens");
        }
        String text = response.aiMessage() == null ? null : response.aiMessage().text();
        if (text == null || text.isBlank()) {
            throw failure("its answer holds no text");
        }
        return Redaction.redact(text);
    }

    private RuntimeException problem(RuntimeException e, boolean formed) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException http) {
                boolean complaint = formed && Exchanges.isComplaint(http.statusCode());
                return complaint ? http : refused(http);
            }
            if (cause instanceof EndpointHttp.Unreachable unreachable) {
                return failure(String.valueOf(unreachable.getMessage()));
            }
        }
        return failure("what it answers is no chat completion");
    }

    private Unavailable refused(HttpException e) {
        boolean strange = key == null && (e.statusCode() == 401 || e.statusCode() == 403);
        String hint = strange ? " (no key was sent: it goes with KERNELWEAVE_LLM_URL, in KERNELWEAVE_LLM_KEY)" : "";
        return failure("answers " + e.statusCode() + hint + ": " + e.getMessage());
    }

    /** One line, without the key, which a server may repeat, and without other secrets. */
    private synchronized Unavailable failure(String why) {
        usage = new Usage(
                usage.requests,
                usage.replayed,
                0,
                usage.failed + 1,
                usage.uncounted,
                usage.inputTokens,
                usage.outputTokens,
                usage.cost);
        String told = key == null ? why : why.replace(key, Redaction.MARK + "key]");
        told = Redaction.redact(told).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return new Unavailable(describe() + ": " + (told.length() > SHOWN ? told.substring(0, SHOWN - 1) + "…" : told));
    }

    private synchronized void count(ChatResponse response) {
        boolean replayed = response.metadata() instanceof OpenAiChatResponseMetadata metadata
                && metadata.rawHttpResponse() != null
                && metadata.rawHttpResponse().headers().containsKey(Exchanges.REPLAYED);
        TokenUsage tokens = response.tokenUsage();
        Integer input = tokens == null ? null : tokens.inputTokenCount();
        Integer output = tokens == null ? null : tokens.outputTokenCount();
        boolean counted = input != null && output != null && input >= 0 && output >= 0;
        long read = counted && !replayed ? java.util.Objects.requireNonNull(input) : 0;
        long written = counted && !replayed ? java.util.Objects.requireNonNull(output) : 0;
        usage = new Usage(
                usage.requests + 1,
                usage.replayed + (replayed ? 1 : 0),
                0,
                usage.failed,
                usage.uncounted + (counted || replayed ? 0 : 1),
                usage.inputTokens + read,
                usage.outputTokens + written,
                usage.cost + (read * settings.inputPrice() + written * settings.outputPrice()) / 1e6);
    }

    /** Hands the library the client that is there already. */
    private record Given(HttpClient client) implements HttpClientBuilder {
        @Override
        public @Nullable Duration connectTimeout() {
            return null;
        }

        @Override
        public HttpClientBuilder connectTimeout(Duration timeout) {
            return this;
        }

        @Override
        public @Nullable Duration readTimeout() {
            return null;
        }

        @Override
        public HttpClientBuilder readTimeout(Duration timeout) {
            return this;
        }

        @Override
        public HttpClient build() {
            return client;
        }
    }
}
