<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
<#macro files lines>
| file | groups | fully right | refused | over | under |
|---|---:|---:|---:|---:|---:|
<#list lines as line>
| ${line.file} | ${line.groups} | ${line.right} | ${line.refused} | ${line.over} | ${line.under} |
</#list>
</#macro>
# Token masks ${run}: ${verdict}

<#list reasons as reason>
- ${reason}
</#list>
<#if baseline?has_content>

Compared with ${code(baseline)}.
</#if>

## What to know first

<#list findings as finding>
- ${finding}
</#list>

${schemas} with ${valid} valid and ${invalid} invalid documents from ${data}; ${tokens} tokens of ${code(vocabulary)} were accepted. Documents
are written with members in ${order} order and ${whitespace} whitespace, and masks allow ${(escapes == "needed")?then("only escapes that are needed", "any escapes")}; formats are ${formats} where the data set does not
say. Intervals are 95 %, each schema one trial.

<#if rules?has_content>
## Both rules

| schemas | MaskBench's rule | strict rule |
|---|---|---|
<#list rules as line>
| ${line.title} | ${line.maskbench} | ${line.strict} |
</#list>

MaskBench does not look at the end of a text: a document is accepted if all its tokens are allowed. The strict rule also wants the text to be allowed to
end just there. A schema passes if it is honoured, all its valid documents are accepted and all its invalid ones are not. Rates are shares of all
schemas, refused ones included.

</#if>
<#if suites?has_content>
## Test suites

| set | groups | fully right | passing (MaskBench) | refused | over | under | under (MaskBench) |
|---|---:|---|---|---|---:|---:|---:|
<#list suites as line>
| ${line.title} | ${line.groups} | ${line.right} | ${line.passing} | ${line.refused} | ${line.over} | ${line.under} | ${line.open} |
</#list>

A group is fully right if it passes by the strict rule. MaskBench's rule counts the beginning of a longer value (${code("1")} of ${code("12")}) as accepted, and so
finds under-constraint in groups about bare numbers and strings where there is none.

</#if>
## Refusals

<#if refusals?has_content>
${refused} refused: the engine says that it cannot honour them exactly.

| keyword | schemas | suite groups | for example | because |
|---|---:|---:|---|---|
<#list refusals as line>
| ${line.keyword} | ${line.schemas} | ${line.groups} | ${line.example} at ${code(line.pointer)} | ${line.message} |
</#list>
<#else>
None.
</#if>

<#if unsatisfiable?has_content>
Proved unsatisfiable, that is, to have no document at all: ${unsatisfiable}. These count as compiled, with no document allowed and without a mask: every
invalid document is rejected, and a valid one would be over-constraint.

</#if>
## Errors

The first document of each kind and schema; a token that was not allowed stands between ⟨ and ⟩.

<#list errors as section>
### ${section.title}

<#if section.lines?has_content>
${section.schemas}<#if section.more>, the first ${section.shown} of them (${code("errors.csv")} has all)</#if>.

| schema | document | excerpt | what happened |
|---|---:|---|---|
<#list section.lines as line>
| ${line.row} | ${line.instance} | ${code(line.excerpt)} | ${line.reason} |
</#list>
<#else>
None.
</#if>

</#list>
### Faults of the engine

<#if faults?has_content>
| fault | schemas | for example |
|---|---:|---|
<#list faults as line>
| ${line.message} | ${line.schemas} | ${line.example} |
</#list>
<#else>
None.
</#if>

## Times

CPU time of the measuring thread; the threads of the JIT compiler and of the garbage collector are not in it. Caches are cleared for each schema: it is compiled
afresh, and nothing is kept from one to the next. Warm: after ${warmup} trials (or as many as there are schemas) that were not counted<#if cold gt 0>. Cold: ${cold} drawn at random and tried first of all in a JVM that
just started, with the vocabulary loaded; most of what they run is not compiled yet</#if>.

| | p50 | p90 | p99 | p99.9 | max | mean |
|---|---:|---:|---:|---:|---:|---:|
<#list times as line>
| ${line.title} |<@row line.cells/>
</#list>

![Times of token masks](../plots/times.svg)

<#if slowestFirst?has_content>
Slowest to the first mask: ${slowestFirst}. Slowest token and mask: ${slowestToken}.

</#if>
<#if retained?has_content>
Held by a compiled schema: ${retained} drawn at random. Constraint and one matcher after all its documents are in it, with every cache and mask
that they keep; what all schemas over a vocabulary share is not. Measured as the heap in use after full collections while they can be reached, less
that after they no longer can; two readings with nothing done in between differed by ${noise} at most. Heaviest: ${heaviest}.

</#if>
Allocated to compile a schema and fill all masks of its documents, garbage included: ${allocated} at p99. Peak of the heap, garbage included: ${heap}.
<#if targets?has_content>

| target | | measured | met |
|---|---|---:|---|
<#list targets as line>
| ${line.metric} | ${line.bound} | ${line.value} | ${line.met} |
</#list>

Targets are reported and do not decide the verdict: times depend on the machine and what else it does.
</#if>
<#if requiredFiles?has_content>

## Required groups by file

By the strict rule.

<@files requiredFiles/>
</#if>
<#if optionalFiles?has_content>

<details><summary>Optional groups by file</summary>

<@files optionalFiles/>

</details>
</#if>

## Method

- Each document is written as JSON in the form above (numbers with their own digits, characters as themselves) and cut into the canonical
  tokens of the vocabulary. Each token is looked up in the mask, then accepted; where the two disagree, the engine is at fault.
- Schema to first mask: compiling, a matcher, its first mask. Token and next mask: accepting a token and filling the mask after it, the last token of a text
  included. Parsing JSON and cutting text into tokens are not measured. Each time holds one look at the clock (${code("clock_ns")} below).
- One thread. Times of tokens are counted in buckets of at most 1.6 % width; means and maxima are exact.
- ${code("results/*.parquet")} holds every row; this report is computed from them alone.

<@frame.reproduce again="measures everything again" measured="Measured"/>
