package io.kernelweave.model;

import io.kernelweave.json.InputException;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks OpenAI's chat completions, as a job file, options or the environment name it. The key is not among these:
 * it comes from the environment alone, so that no file or command line holds it.
 *
 * @param url such as {@code http://localhost:8080/v1}; null for {@code KERNELWEAVE_LLM_URL}, then {@code OPENAI_BASE_URL}
 * @param model null for {@code KERNELWEAVE_LLM_MODEL}
 * @param timeoutSeconds of each attempt as a whole, to the last byte; 0 for 120
 * @param attempts at a request, the first among them; 0 for 4
 * @param pauseMillis before the second attempt, twice as long before each further one; 0 for 500
 * @param maxTokens budget of an answer; 0 for 16,384
 * @param temperature null for the server's own
 * @param inputPrice of a million tokens that are read, in any currency
 * @param outputPrice of a million tokens that are written
 * @param exchanges a file of recorded exchanges: requests that it holds are answered from it, others are added to it; null for none
 * @param offline whether nothing but the file is asked
 */
public record EndpointSettings(
        @Nullable String url,
        @Nullable String model,
        int timeoutSeconds,
        int attempts,
        int pauseMillis,
        int maxTokens,
        @Nullable Double temperature,
        double inputPrice,
        double outputPrice,
        @Nullable String exchanges,
        boolean offline) {
    private static final String OPENAI = "https://api.openai.com/v1";

    public EndpointSettings {
        timeoutSeconds = timeoutSeconds == 0 ? 120 : timeoutSeconds;
        attempts = attempts == 0 ? 4 : attempts;
        pauseMillis = pauseMillis == 0 ? 500 : pauseMillis;
        maxTokens = maxTokens == 0 ? 16_384 : maxTokens;
        range("timeout_seconds", timeoutSeconds, 1, 3600);
        range("attempts", attempts, 1, 20);
        range("pause_millis", pauseMillis, 1, 60_000);
        range("max_tokens", maxTokens, 1, 1_000_000);
        range("temperature", temperature == null ? 0 : temperature, 0, 2);
        range("input_price", inputPrice, 0, 1e6);
        range("output_price", outputPrice, 0, 1e6);
        if (url != null) {
            checked(url);
        }
        if (offline && exchanges == null) {
            throw InputException.at("/offline", "there is nothing to replay", "name the file of exchanges");
        }
    }

    /** Everything from the environment. */
    public static EndpointSettings standard() {
        return new EndpointSettings(null, null, 0, 0, 0, 0, null, 0, 0, null, false);
    }

    /** Whether there is anything to ask: an address, a key of OpenAI's, or a file to replay. */
    public boolean isPresent(Map<String, String> environment) {
        return offline || url != null || from(environment, "KERNELWEAVE_LLM_URL") != null || openAi(environment);
    }

    private static boolean openAi(Map<String, String> environment) {
        return from(environment, "OPENAI_BASE_URL") != null || from(environment, "OPENAI_API_KEY") != null;
    }

    /** Where requests go to. */
    String url(Map<String, String> environment) {
        String named = url != null ? url : from(environment, "KERNELWEAVE_LLM_URL");
        named = named != null ? named : from(environment, "OPENAI_BASE_URL");
        return checked(named != null ? named : OPENAI);
    }

    /** @throws InputException if nobody names a model */
    String model(Map<String, String> environment) {
        String named = model != null ? model : from(environment, "KERNELWEAVE_LLM_MODEL");
        if (named == null) {
            throw InputException.at(
                    "model", "nobody names one", "set KERNELWEAVE_LLM_MODEL or name it in the settings");
        }
        return named;
    }

    /**
     * The key for this address. A key goes to the address that the environment gives with it and to no other, for a job file
     * may be somebody else's.
     */
    @Nullable
    String key(Map<String, String> environment) {
        String key = anyKey(environment);
        if (key != null && !key.matches("[!-~]+")) {
            throw InputException.at(
                    "the key of the model's server", "is no key", "set it to printable ASCII without spaces");
        }
        return key;
    }

    private @Nullable String anyKey(Map<String, String> environment) {
        String own = from(environment, "KERNELWEAVE_LLM_KEY");
        String home = from(environment, "KERNELWEAVE_LLM_URL");
        if (own != null && (home == null ? url == null : sameServer(home, url(environment)))) {
            return own;
        }
        String base = from(environment, "OPENAI_BASE_URL");
        return sameServer(base == null ? OPENAI : base, url(environment)) ? from(environment, "OPENAI_API_KEY") : null;
    }

    private static boolean sameServer(String one, String other) {
        URI a = URI.create(checked(one));
        URI b = URI.create(checked(other));
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort();
    }

    private static @Nullable String from(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static String checked(String url) {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null
                    && uri.getScheme().matches("https?")
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return url;
            }
        } catch (java.net.URISyntaxException e) {
            // refused like one of another form; its text may hold a password, so it is not repeated
        }
        throw InputException.at(
                "url",
                "the address of the model's server is no plain http address",
                "use one like http://localhost:8080/v1");
    }

    private static void range(String field, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw InputException.at("/" + field, value + " is out of range", "give " + low + " to " + high);
        }
    }
}
