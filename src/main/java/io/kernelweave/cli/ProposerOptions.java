package io.kernelweave.cli;

import io.kernelweave.compile.SmartCompiler;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.mine.Example;
import io.kernelweave.model.Endpoint;
import io.kernelweave.model.EndpointSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A language model that proposes conditions: where it is, and what it may take. The key is in the environment alone. */
final class ProposerOptions {
    @Option(
            names = "--propose",
            description =
                    "Let a language model propose conditions and a description; what traces do not bear out is left.")
    private boolean propose;

    @Option(
            names = "--llm-url",
            paramLabel = "URL",
            description = "Its OpenAI-compatible server (default: KERNELWEAVE_LLM_URL, OPENAI_BASE_URL).")
    private @Nullable String url;

    @Option(
            names = "--llm-model",
            paramLabel = "NAME",
            description = "Its name there (default: KERNELWEAVE_LLM_MODEL).")
    private @Nullable String model;

    @Option(names = "--llm-timeout", paramLabel = "SECONDS", description = "For each attempt (default: 120).")
    private int timeout;

    @Option(names = "--llm-attempts", paramLabel = "N", description = "At a request (default: 4).")
    private int attempts;

    @Option(
            names = "--llm-prices",
            paramLabel = "IN,OUT",
            split = ",",
            description = "What a million tokens cost that are read, and that are written.")
    private double[] prices = {};

    @Option(
            names = "--exchanges",
            paramLabel = "FILE",
            description = "Answer what this file holds from it, and add what it does not.")
    private @Nullable String exchanges;

    @Option(names = "--offline", description = "Ask nobody; only replay --exchanges.")
    private boolean offline;

    /** The kernel with what is proposed and holds; as it was without --propose, or where nobody answers. */
    Kernel improve(Kernel kernel, List<Example> examples, long seed, Map<String, String> environment) {
        if (!propose) {
            return kernel;
        }
        if (prices.length != 0 && prices.length != 2) {
            throw InputException.at(
                    "--llm-prices", "needs two numbers", "give one for tokens read and one for written");
        }
        Optional<Endpoint> endpoint = Endpoint.open(
                new EndpointSettings(
                        url,
                        model,
                        timeout,
                        attempts,
                        0,
                        0,
                        null,
                        prices.length == 2 ? prices[0] : 0,
                        prices.length == 2 ? prices[1] : 0,
                        exchanges,
                        offline),
                environment);
        if (endpoint.isEmpty()) {
            System.err.println(
                    "nothing is proposed: no endpoint is named; set KERNELWEAVE_LLM_URL and KERNELWEAVE_LLM_MODEL");
            return kernel;
        }
        Endpoint asked = endpoint.get();
        asked.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
        SmartCompiler improved = SmartCompiler.improve(kernel, examples, asked, seed);
        improved.notes().forEach(System.err::println);
        Endpoint.Usage usage = asked.usage();
        System.err.printf(
                "%s: %d answers (%d replayed), %d retries, %d tokens read, %d written%s%s%n",
                asked.describe(),
                usage.requests(),
                usage.replayed(),
                usage.retries(),
                usage.inputTokens(),
                usage.outputTokens(),
                prices.length == 2 ? ", cost " + "%.4f".formatted(usage.cost()) : "",
                usage.uncounted() > 0 ? ", at least: the server did not count all" : "");
        return improved.kernel();
    }
}
