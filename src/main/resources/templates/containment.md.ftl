<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro each cases>
<#list cases as case>
- ${code(case.row)} ${case.description}: expected <b>${case.expected}</b>, answered <b>${case.outcome}</b>; ${case.reason}.
<#if case.witness?has_content>
  - Witness: ${code(case.witness)}
</#if>
  - One: ${code(case.one)}
  - Other: ${code(case.other)}
</#list>
</#macro>
# Containment of schemas, ${run}: ${verdict}

<@frame.verdict/>

${cases} questions from ${data}: does every value of one JSON Schema satisfy another, or do the same values satisfy both? Each is answered PROVEN,
REFUTED with a witness (a value that satisfies the one schema and not the other), or UNKNOWN with a reason. Intervals are 95 %, over the files or tests
that the cases are from.

| | cases | decided | expected answer, of decided | witnesses confirmed |
|---|---:|---|---|---|
<#list groups as line>
| ${line.title} | ${line.cases} | ${line.decided_rate} | ${line.agreement} | ${line.witness_confirmed_rate} |
</#list>

| | PROVEN | REFUTED | UNKNOWN | errors | unsound | disputed |
|---|---:|---:|---:|---:|---:|---:|
<#list groups as line>
| ${line.title} | ${line.proven} | ${line.refuted} | ${line.unknown} | ${line.errors} | ${line.unsound} | ${line.disputed} |
</#list>

![Answers by group of cases](../plots/answers.svg)

## Unsound answers

Decided otherwise than expected, and nothing shows that the answer is right.

<#if unsound?has_content>
<@each unsound/>
<#else>
None.
</#if>

## Disputed cases

Decided otherwise than expected, and the validator shows that the answer is right. They count as decided and as not agreeing; they are not unsound.

<#if disputed?has_content>
<@each disputed/>
<#else>
None.
</#if>
<#if asserted.cases != "0">

## Another question

${asserted.cases} documents are from tests in which ${code("format")} is a condition, in a draft where it is an annotation for the validator and for containment. ${asserted.differ} of
them have another answer than the tests expect, which says nothing about either; they are in no figure above.
</#if>

## Why there is no answer

<#if unknowns?has_content>
| reason | cases | for example |
|---|---|---|
<#list unknowns as line>
| ${line.reason} | ${line.counts} | <#list line.examples as example>${code(example)}<#sep>, </#list> |
</#list>
<#else>
Every case has an answer.
</#if>
<#if errors?has_content>

## Not tried

| case | why |
|---|---|
<#list errors as line>
| ${code(line.row)} | ${line.message} |
</#list>
</#if>

## Times

| | median | 90 % | 99 % | longest |
|---|---:|---:|---:|---:|
<#list groups as line>
| ${line.title} | ${line.p50} | ${line.p90} | ${line.p99} | ${line.max} |
</#list>

![Time of an answer](../plots/times.svg)

Thread CPU time of one answer, warm, reading the two schemas and confirming witnesses included, answers UNKNOWN included.

## Method

- The pairs are asked as their sources ask them: *is a subschema of*, *is equivalent to*; in both directions where both are given. Schemas that name no draft get
  the one that ${code("phasecd/containment.yaml")} says.
- A document x of a test and its schema S become the question {const: x} ⊆ S, which is PROVEN if and only if x is valid.
- A witness is shown to the standard validator again, apart from the search that found it: it must satisfy the one schema and not the other.
- An answer that is not the expected one is **unsound**, unless the validator shows that it is right; then it is **disputed**. What shows it: for REFUTED, the witness;
  for PROVEN, a finite set of values that stands for all others (the values that the one schema lists; or, where both schemas speak of numbers and kinds
  alone, every multiple of their steps and what lies between, over one period beyond their bounds), none of which the validator finds in the one schema and not in the other.
- ${code("results/*.parquet")} holds every question with both schemas; ${code("benchmark/differences.csv")} has those that are not answered as expected or not at all.

<@frame.reproduce again="asks everything again" measured="Answered"/>
