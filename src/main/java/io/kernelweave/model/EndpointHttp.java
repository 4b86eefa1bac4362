package io.kernelweave.model;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * HTTP with bounds, under the library's client: a time for each attempt down to the last byte, which the JDK's own timeout, that
 * ends with the headers, is not; a size; no redirects, so that a key goes nowhere else. What may pass is tried again, after
 * pauses that double: 408, 429, 5xx, connections that fail or break, and times that run out.
 */
final class EndpointHttp implements HttpClient {
    static final int MAX_BYTES = 4 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
            .version(java.net.http.HttpClient.Version.HTTP_1_1) // some servers stumble over the offer of HTTP/2
            .connectTimeout(CONNECT)
            .build();
    private final EndpointSettings settings;
    private final AtomicInteger retries = new AtomicInteger();

    EndpointHttp(EndpointSettings settings) {
        this.settings = settings;
    }

    /** How many attempts were made again until now. */
    int retries() {
        return retries.get();
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        long pause = settings.pauseMillis();
        for (int attempt = 1; ; attempt++) {
            RuntimeException problem;
            long wished = 0;
            try {
                HttpResponse<byte[]> response = once(request);
                if (response.statusCode() / 100 == 2) {
                    return SuccessfulHttpResponse.builder()
                            .statusCode(response.statusCode())
                            .headers(response.headers().map())
                            .body(response.body())
                            .build();
                }
                problem = new HttpException(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
                if (!isPassing(response.statusCode())) {
                    throw problem;
                }
                wished = seconds(response) * 1000;
            } catch (TooLongException e) {
                throw new Unreachable(TooLongException.MESSAGE);
            } catch (TimeoutException e) {
                problem = new Unreachable("no whole answer within " + settings.timeoutSeconds() + " s");
            } catch (IOException e) {
                problem = new Unreachable(reason(e));
            }
            if (attempt == settings.attempts()) {
                throw problem;
            }
            sleep(Math.min(LONGEST_PAUSE_MILLIS, Math.max(pause, wished)));
            pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
            retries.incrementAndGet();
        }
    }

    private HttpResponse<byte[]> once(HttpRequest request) throws IOException, TimeoutException {
        java.net.http.HttpRequest.Builder sent = java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                .method(
                        request.method().name(),
                        request.body() == null
                                ? java.net.http.HttpRequest.BodyPublishers.noBody()
                                : java.net.http.HttpRequest.BodyPublishers.ofString(request.body()));
        request.headers().forEach((name, values) -> values.forEach(value -> sent.header(name, value)));
        CompletableFuture<HttpResponse<byte[]>> pending = client.sendAsync(sent.build(), head -> new Bounded());
        try {
            return pending.get(settings.timeoutSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof TooLongException tooLong) {
                    throw tooLong;
                }
            }
            throw e.getCause() instanceof IOException broken ? broken : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted");
        } finally {
            pending.cancel(true);
        }
    }

    private static boolean isPassing(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** What the server asks to wait, where it says so in seconds. */
    private static long seconds(HttpResponse<?> response) {
        return response.headers()
                .firstValue("retry-after")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private static String reason(IOException e) {
        return e instanceof java.net.ConnectException
                ? "nobody answers there"
                : "the connection broke: "
                        + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted");
        }
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("answers are taken whole");
    }

    /** No answer came; the message says why. */
    static final class Unreachable extends RuntimeException {
        Unreachable(String message) {
            super(message);
        }
    }

    private static final class TooLongException extends IOException {
        static final String MESSAGE = "the answer is longer than " + MAX_BYTES + " bytes";

        TooLongException() {
            super(MESSAGE);
        }
    }

    /** Collects a body up to the bound. */
    private static final class Bounded implements BodySubscriber<byte[]> {
        private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
        private Flow.@org.jspecify.annotations.Nullable Subscription subscription;
        private long left = MAX_BYTES;

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            whole.onSubscribe(given);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                left -= buffer.remaining();
            }
            if (left >= 0) {
                whole.onNext(buffers);
            } else if (subscription != null) {
                subscription.cancel();
                subscription = null;
                whole.onError(new TooLongException());
            }
        }

        @Override
        public void onError(Throwable problem) {
            whole.onError(problem);
        }

        @Override
        public void onComplete() {
            whole.onComplete();
        }
    }
}
