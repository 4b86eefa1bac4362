package io.kernelweave.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A job over a few pairs of schemas and documents made for it; some expected answers are wrong on purpose, so that each standing of an answer
 * is there.
 */
public final class SmallContainmentJob extends JobFolder {
    private SmallContainmentJob(Path folder) {
        super(folder);
    }

    public static SmallContainmentJob in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(
                folder.resolve("pairs.jsonl"),
                List.of(
                        pair("narrow", "isSubschema", "{'type':'integer'}", "{'type':'number'}", true),
                        pair("wide", "isSubschema", "{'type':'number'}", "{'type':'integer'}", false),
                        pair("same", "isEquivalent", "{'enum':[1]}", "{'const':1}", true),
                        pair("wrongly true", "isSubschema", "{'type':'string'}", "{'maxLength':3}", true),
                        pair("wrongly false", "isSubschema", "{'multipleOf':3}", "{'multipleOf':0.3}", false),
                        pair(
                                "nothing speaks for it",
                                "isSubschema",
                                "{'type':'string','minLength':2}",
                                "{'type':'string','minLength':1}",
                                false),
                        pair("open", "isSubschema", "{'type':'string'}", "{'format':'idn-hostname'}", true)));
        Files.writeString(
                folder.resolve("suite.jsonl"),
                ("{'file':'a.json','content':[{'id':1,'schema1':{'const':1},'schema2':{'type':'integer'},"
                                + "'tests':{'s1SubsetEqOfs2':true,'s2SubsetEqOfs1':false}},"
                                + "{'id':2,'schema1':{'not':{}},'schema2':{'type':'null'},'tests':{'s1SubsetEqOfs2':true}}]}\n")
                        .replace('\'', '"'));
        Files.writeString(
                folder.resolve("documents.jsonl"),
                ("{'file':'draft7/type.json','description':'type','schema':{'type':'string'},"
                                + "'tests':[{'description':'a text','data':'x','valid':true},{'description':'a number','data':1.50,'valid':false}]}\n"
                                + "{'file':'draft2020-12/optional/format/ipv4.json','description':'ipv4','schema':{'format':'ipv4'},"
                                + "'tests':[{'description':'no address','data':'x','valid':false}]}\n")
                        .replace('\'', '"'));
        Files.writeString(folder.resolve("pairs.yaml"), """
                name: small-pairs
                sources: {mine: {path: "%s"}, theirs: {path: "%s"}}
                pairs:
                  mine: {group: mine, draft: "http://json-schema.org/draft-07/schema#"}
                  theirs: {group: suite, draft: "http://json-schema.org/draft-07/schema#"}
                """.formatted(
                        folder.resolve("pairs.jsonl"), folder.resolve("suite.jsonl")));
        Files.writeString(folder.resolve("documents.yaml"), """
                name: small-documents
                sources: {suite: {path: "%s"}}
                schemas:
                  file: file
                  drafts: {draft7: "http://json-schema.org/draft-07/schema#", draft2020-12: "https://json-schema.org/draft/2020-12/schema"}
                  formats: annotation
                  asserted_in: [optional/format/]
                """.formatted(folder.resolve("documents.jsonl")));
        Files.writeString(folder.resolve("job.yaml"), """
                measure: containment
                name: small-containment
                datasets: ["%s", "%s"]
                warmup: 2
                chunk: 3
                baseline: none
                requirements: [{metric: containment.unsound, at_most: 0}]
                """.formatted(
                        folder.resolve("pairs.yaml"), folder.resolve("documents.yaml")));
        return new SmallContainmentJob(folder);
    }

    private static String pair(String test, String op, String one, String other, boolean expected) {
        return ("{'test':'" + test + "','op':'" + op + "','s1':" + one + ",'s2':" + other + ",'expected':" + expected
                        + "}")
                .replace('\'', '"');
    }
}
