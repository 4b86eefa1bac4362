package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;

/** What a check does, apart from its name: one of the families. */
sealed interface Rule
        permits TextRule,
                FormRule,
                CountRule,
                StructuredRule,
                EvidenceRule,
                ProcessRule,
                SafetyRule,
                JudgeRule,
                Connective {
    Finding apply(Subject subject) throws Undecided;

    /** Reads a rule from a condition's arguments. */
    @FunctionalInterface
    interface Reader {
        /** @throws InputException naming the argument that is wrong */
        Rule read(Arguments arguments);
    }

    /** A check as the language knows it: the one place where it is declared. */
    record Type(String name, int version, Reader reader) {
        static Type of(String name, Reader reader) {
            return new Type(name, 1, reader);
        }
    }

    /** A rule about the places that a path leads to: it must hold at each of them. */
    record Target(Path path, boolean emptyPasses) {
        static Target read(Arguments arguments) {
            return new Target(arguments.path("target", "output"), arguments.emptyPasses());
        }

        /** What is found at one place. */
        @FunctionalInterface
        interface At {
            Finding apply(Path.Place place) throws Undecided;
        }

        /** The conjunction over the texts at the path; {@code output} is the whole answer as it was given. */
        Finding eachText(Subject subject, At at) throws Undecided {
            return each(path.texts(subject), at);
        }

        Finding eachValue(Subject subject, At at) throws Undecided {
            return each(path.places(subject), at);
        }

        private Finding each(List<Path.Place> places, At at) throws Undecided {
            if (places.isEmpty()) {
                return empty();
            }
            List<Finding> findings = new ArrayList<>(places.size());
            for (Path.Place place : places) {
                try {
                    findings.add(at.apply(place));
                } catch (Undecided e) {
                    findings.add(Finding.unknown(e.reason()));
                }
            }
            return Finding.all(findings);
        }

        Finding empty() throws Undecided {
            if (!emptyPasses) {
                throw Undecided.nothingAt(path.toString());
            }
            return Finding.pass("there is nothing at " + path + ", which is allowed");
        }
    }
}
