<#ftl output_format="Markdown">
<#-- What every report says of its run. -->
<#macro verdict>
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
</#macro>
<#macro reproduce again measured more={}>
<#local commands = {"./kernelweave run jobs/" + job + ".yaml --fresh": again} + more + {"./kernelweave report " + run: "renders this page again"}>
<#local width = 0>
<#list commands?keys as command><#if command?length gt width><#local width = command?length></#if></#list>
<#local text = "">
<#list commands as command, does><#local text += command?right_pad(width) + "   # " + does + "\n"></#list>
## Reproduce

${fence(text, "")}

| part of the fingerprint | SHA-256 |
|---|---|
<#list fingerprint as name, digest>
| ${name} | ${code(digest)} |
</#list>

${measured} on: <#list environment as name, value>${name} ${value}<#sep>, </#list>.

<details><summary>Settings</summary>

${fence(settings, "json")}

</details>
</#macro>
