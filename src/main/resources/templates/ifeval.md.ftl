<#ftl output_format="Markdown">
<#import "frame.ftl" as frame>
<#macro row cells><#list cells as cell> ${cell} |</#list></#macro>
<#macro each cases variants>
<#list cases as case>
- ${code(case.row)} ${case.type}: official verdict <b>${case.official}</b>, here <b>${case.outcome}</b><#if variants && case.variant != "as it is"> (answer ${case.variant})</#if>.
  - Arguments: ${code(case.arguments)}; the answer has ${case.chars} character<#if case.chars != "1">s</#if>.
  - The check: ${case.reason}.
<#list case.excerpts as excerpt>
  - In the answer: ${code(excerpt)}
</#list>
<#if case.note?has_content>
  - Why they can differ: ${case.note}
</#if>
</#list>
</#macro>
<#macro lists section variants>
### PASS where the official verdict is false

<#if section.falsePasses?has_content>
<@each section.falsePasses variants/>
<#else>
None.
</#if>

### FAIL where the official verdict is true

<#if section.falseFails?has_content>
<@each section.falseFails variants/>
<#else>
None.
</#if>

### UNKNOWN

<#if section.unknowns?has_content>
<@each section.unknowns variants/>
<#else>
None.
</#if>
</#macro>
# Checks against an outside checker, ${run}: ${verdict}

<@frame.verdict/>

${instructions} instructions to ${answers} answers, from ${data}<#if unanswered gt 0>; ${unanswered} prompts have no answer in the file and are not in any figure</#if>. Intervals are 95 %, over prompts.

| | strict rule | loose rule |
|---|---|---|
<#list rules as line>
| ${line.title} | ${line.strict} | ${line.loose} |
</#list>

## By type of instruction

Followed is the official verdict; agreement is of decided verdicts.

| type | instructions | followed | agree | differ | UNKNOWN | agreement |
|---|---:|---:|---:|---:|---:|---:|
<#list types as line>
| ${line.type} | ${line.instructions} |<@row line.strict/>
</#list>
<#if hasLoose>

By the loose rule:

| type | instructions | followed | agree | differ | UNKNOWN | agreement |
|---|---:|---:|---:|---:|---:|---:|
<#list types as line>
| ${line.type} | ${line.instructions} |<@row line.loose/>
</#list>
</#if>

![Verdicts by type of instruction](../plots/types.svg)

## Strict rule, case by case

Of each case: what the check found, and the stretches of the answer that its verdict rests on between ⟨ and ⟩.

<@lists strict false/>
<#if hasLoose>

## Loose rule, case by case

An instruction is followed if it is by one of eight variants of the answer. PASS names the first that passes, UNKNOWN the first that is undecided.

<@lists loose true/>
</#if>
<#if errors?has_content>

## Not judged

| row | type | why |
|---|---|---|
<#list errors as line>
| ${line.row} | ${line.type} | ${line.message} |
</#list>
</#if>

## Conditions

| type | condition | note |
|---|---|---|
<#list conditions as line>
| ${line.type} | ${code(line.condition)} | ${line.note} |
</#list>

## Method

- Each type of instruction is one condition of the check language, with the instruction's arguments put in (${code("inputs/checks.json")} has them as they were); an
  answer of white space follows nothing, as in the official checker.
- The strict rule judges the answer as it is. The loose rule takes the answer as it is, without its first line, without its last line and without both, each
  with and without asterisks; the instruction is followed if any of the eight follows it, and UNKNOWN if none does and one is undecided.
- The official verdicts are those of the answers file. <#if hasLoose>Those by the loose rule come from a second file: the one that the path names as ${code("{strict,loose}")}, or the
  sibling of a file with ${code(".strict.")} in its name.<#else>There were none by the loose rule: the path of the answers has no ${code("{strict,loose}")}, and no sibling of a file with ${code(".strict.")} in its name was there.</#if>
- ${code("results/*.parquet")} holds every row; this report is computed from them and the run's inputs alone.

<@frame.reproduce again="judges everything again" measured="Judged"/>
