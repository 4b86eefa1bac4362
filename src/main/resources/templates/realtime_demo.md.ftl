<#ftl output_format="Markdown">
# The loop at work: ${run}

${scenes?size} prompts of this run, stage by stage, as their traces recorded them. Failures are shown on purpose.
<#if backend == "ngram">
The answers come from a small n-gram model trained when the job started, not from a large language model.
<#elseif backend == "llama">
The answers come from a transformer in the job's GGUF file, run by llama.cpp.
<#else>
The answers are recorded ones; the mask forces them token by token.
</#if>

<#list scenes as scene>
## ${scene?counter}. ${scene.title}

Row ${code(scene.row)}, labelled ${code(scene.label)}.

${fence(scene.prompt, "text")}

<#list scene.stages as stage>
<#switch stage.kind>
<#case "decision">
**Route**: ${stage.action}. ${stage.reason}

<#if stage.candidates?has_content>
| candidate | P | similarity | lexical | coverage | preconditions |
|---|---:|---:|---:|---:|---|
<#list stage.candidates as candidate>
| ${candidate.kernel} | ${candidate.probability} | ${candidate.similarity} | ${candidate.lexical} | ${candidate.coverage} | ${candidate.preconditions} |
</#list>
</#if>

<#break>
<#case "plan">
<#if stage.flow?has_content>
**Flow**: ${code(stage.flow)}

</#if>
<#break>
<#case "tool_call">
**Kernel** ${code(stage.kernel)}

<#break>
<#case "generation">
**Generation ${stage.number}**: ${stage.tokens} tokens<#if stage.masked> under the mask, ${stage.forced} of them forced; the mask kept out ${stage.keptOut} vocabulary entries a token<#if !stage.complete>; **refused by the mask**</#if><#else>, no mask</#if>.

${fence(stage.text, stage.masked?then("json", "text"))}

<#break>
<#case "verification">
**Gate**: ${stage.outcome}.

<#if stage.failed?has_content>
| condition | verdict | why | rests on |
|---|---|---|---|
<#list stage.failed as check>
| ${check.name} | ${check.outcome} | ${check.reason} | ${check.spans} |
</#list>

</#if>
<#if stage.passed?has_content>
Passed: <#list stage.passed as check>${check.name}<#if check.spans?has_content> (${check.spans})</#if><#sep>, </#list>.

</#if>
<#break>
<#case "retry">
**Retry**: <#if stage.kept?has_content>what passed is kept, and the next attempt goes on from<#if stage.told> it, told what did not pass:<#else> it:</#if>

${fence(stage.kept, "json")}
<#else>nothing can be kept, the next attempt starts anew<#if stage.told>, told what did not pass</#if>.
</#if>

<#break>
<#case "rollback">
<#if stage.dropped?has_content>**Dropped**: the answer of ${code(stage.dropped)}.
<#else>
**Rollback**: no attempt passed (<#list stage.failed as name>${code(name)}<#sep>, </#list>); <#if stage.again>the kernel has it decoded once more<#else>the kernel's answer is dropped</#if>.<#list stage.steps as step>
When ${step.when}: ${step.action}</#list>
</#if>

<#break>
</#switch>
</#list>
**Outcome**: path ${code(scene.path)}, verdict by the label **${scene.verdict}**.
<#list scene.failed as failed>
- ${failed}
</#list>

</#list>
